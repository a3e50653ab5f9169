import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { findIssueNamed } from '../../src/issues/find-issue.ts';
import { prepareBaseline, startRival, type Rival } from './baselines.ts';
import type { BaselineKind } from './baseline.ts';
import { openInstallation, unwrap, type Installation } from './installation.ts';
import type { Place } from './place.ts';
import { stop, type Subprocess } from './processes.ts';
import { tell } from './report.ts';
import { checkLedger, type Figures, measure, sendIssueNumbered } from './send-once.ts';
import { readProfileShares, readServerShares } from './shares.ts';
import { stopVariants, useVariants } from './variants.ts';

export interface SendPlan {
  place: Place;
  sink: Subprocess;
  sinkPort: number;
  subscribers: number;
  workers: number;
  runs: number;
  rivals: readonly BaselineKind[];
}

/** What was measured of one audience, a figure a counted run. */
export interface SendResult {
  ours: Figures[];
  rivals: { kind: BaselineKind; figures: Figures[] }[];
  htmlBytes: number;
  textBytes: number;
  /** What the database grew by in the last send, its own bloat included. */
  grownBytes: number;
  /** Sends with one variant and with 200, in turn; empty unless asked for. */
  variants: { one: Figures[]; many: Figures[] };
  /** CPU seconds of the parts of our workers' threads and of Postgres, from a run of its own. */
  shares: { ours: Map<string, number>; postgres: Map<string, number>; mails: number };
}

/** Mails of the loop that renders each: more would take minutes and say the same. */
const reactMails = 100;
export const manyVariants = 200;

let databasesCount = 0;

/** Sets an installation up and measures it beside its rivals in turn: one round that does not count, then the runs. */
export async function benchSend(plan: SendPlan, extras: { variants: boolean; shares: boolean }): Promise<SendResult> {
  const { place, sinkPort, subscribers, workers } = plan;
  tell(`setting up ${subscribers} subscribers`);
  databasesCount += 1;
  const databaseUrl = await place.createDatabase(`bench_${databasesCount}`);
  const installation = await openInstallation({ databaseUrl, sinkPort, subscribers });
  const rivals: Rival[] = [];
  try {
    const first = await installation.approve();
    const { ctx } = installation.opened;
    const issue = unwrap(await findIssueNamed(ctx.db, first));
    const baseline = await prepareBaseline(ctx, issue, `http://127.0.0.1:${sinkPort}`);
    for (const kind of plan.rivals) rivals.push(await startRival(kind, baseline, kind === 'ceiling' ? workers : 1));
    const work = await installation.run('work', workers);
    const pids = work.map(({ pid }) => pid ?? 0);
    const runs = await inTurn(plan, { installation, rivals, pids, first });
    const variants = extras.variants ? await compareVariants(plan, installation, pids) : { one: [], many: [] };
    await Promise.all(work.map(stop));
    const shares = extras.shares
      ? await takeApart(plan, installation)
      : { ours: new Map<string, number>(), postgres: new Map<string, number>(), mails: 0 };
    const { html, text } = baseline.mail;
    return { ...runs, variants, shares, htmlBytes: Buffer.byteLength(html), textBytes: Buffer.byteLength(text) };
  } finally {
    await Promise.all(rivals.map((rival) => rival.end()));
    await installation.end();
  }
}

interface Turns {
  installation: Installation;
  rivals: Rival[];
  pids: number[];
  first: number;
}

async function inTurn(plan: SendPlan, { installation, rivals, pids, first }: Turns) {
  const ours: Figures[] = [];
  const theirs = rivals.map((rival) => ({ rival, figures: [] as Figures[] }));
  // A large audience warms up by itself.
  const warmUps = plan.runs > 1 ? 1 : 0;
  let grownBytes = 0;
  for (let run = 1 - warmUps; run <= plan.runs; run += 1) {
    const words = run === 0 ? 'warming up' : `run ${run} of ${plan.runs}`;
    tell(`${words}: ${plan.subscribers} mails through the product`);
    const number = run === 1 - warmUps ? first : await installation.approve();
    const sizeBefore = await readDatabaseSize(installation);
    const own = await sendMeasured(plan, { installation, pids, number });
    grownBytes = (await readDatabaseSize(installation)) - sizeBefore;
    if (run > 0) ours.push(own);
    for (const { rival, figures } of theirs) {
      tell(`${words}: ${rival.kind}`);
      const mails = rival.kind === 'react' ? reactMails : plan.subscribers;
      const measured = { sink: plan.sink, postmaster: plan.place.postmaster, pids: rival.pids };
      const send = async () => ({ seconds: await rival.send(mails), freezeSeconds: 0, ourOwnCpu: 0 });
      const theirOwn = await measure(measured, mails, send);
      if (run > 0) figures.push(theirOwn);
    }
  }
  return { ours, rivals: theirs.map(({ rival, figures }) => ({ kind: rival.kind, figures })), grownBytes };
}

async function sendMeasured(
  { sink, place, subscribers }: SendPlan,
  { installation, pids, number }: { installation: Installation; pids: number[]; number: number },
): Promise<Figures> {
  const measured = { sink, postmaster: place.postmaster, pids };
  const batches = Math.ceil(subscribers / 100);
  const show = (done: number) => tell(`  ${done} of ${batches} batches taken`);
  const figures = await measure(measured, subscribers, () => sendIssueNumbered(installation, number, show));
  await checkLedger(installation, number, subscribers);
  return figures;
}

async function compareVariants(plan: SendPlan, installation: Installation, pids: number[]) {
  const one: Figures[] = [];
  const many: Figures[] = [];
  const { db } = installation.opened.ctx;
  for (let run = 0; run <= Math.min(plan.runs, 3); run += 1) {
    for (const [count, figures] of [
      [1, one],
      [manyVariants, many],
    ] as const) {
      tell(`${run === 0 ? 'warming up' : `run ${run}`}: ${count} variants`);
      const number = await installation.approve();
      await useVariants(db, unwrap(await findIssueNamed(db, number)), count);
      const own = await sendMeasured(plan, { installation, pids, number });
      if (run > 0) figures.push(own);
    }
  }
  await stopVariants(db);
  return { one, many };
}

/** One more send, by workers that are watched: where their time and Postgres's goes. */
async function takeApart(plan: SendPlan, installation: Installation): Promise<SendResult['shares']> {
  tell('one more send, to take it apart');
  const folder = await mkdtemp(join(plan.place.folder, 'profiles-'));
  try {
    const nodeArgs = ['--cpu-prof', `--cpu-prof-dir=${folder}`];
    const startedAt = performance.now();
    const work = await installation.run('work', plan.workers, { nodeArgs });
    const pids = work.map(({ pid }) => pid ?? 0);
    const { db } = installation.opened.ctx;
    await sendMeasured(plan, { installation, pids, number: await installation.approve() });
    const number = await installation.approve();
    const skippedSeconds = (performance.now() - startedAt) / 1000;
    const before = await readServerShares(db, plan.place.postmaster);
    await sendMeasured(plan, { installation, pids, number });
    const after = await readServerShares(db, plan.place.postmaster);
    await Promise.all(work.map(stop));
    const postgres = new Map([
      ['claims, settlements and the freeze', after.ledger - before.ledger],
      ['the queue', after.queue - before.queue],
      ['log writer, checkpoints and the like', after.rest - before.rest],
    ]);
    return { ours: readProfileShares(folder, skippedSeconds), postgres, mails: plan.subscribers };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readDatabaseSize({ opened }: Installation): Promise<number> {
  const { rows } = await sql<{ bytes: string }>`select pg_database_size(current_database()) as bytes`.execute(
    opened.ctx.db,
  );
  return Number(rows[0]?.bytes);
}
