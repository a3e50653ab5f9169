import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Db } from '../../src/database.ts';
import { accountIssue } from '../../src/deliveries/account-issue.ts';
import { freezeIssue } from '../../src/deliveries/freeze-issue.ts';
import { getIssue } from '../../src/issues/queries.ts';
import { findIssueNamed } from '../../src/issues/find-issue.ts';
import type { Installation } from './installation.ts';
import { unwrap } from './installation.ts';
import { readCpuSeconds, readPeakMegabytes, readServerCpuSeconds, resetPeaks, type Subprocess } from './processes.ts';
import type { SinkReport } from './sink.ts';

/** One measured send. CPU in seconds, memory in megabytes. */
export interface Figures {
  mails: number;
  seconds: number;
  freezeSeconds: number;
  ourCpu: number;
  postgresCpu: number;
  sinkCpu: number;
  peakMegabytes: number;
  bytes: number;
}

export interface Measured {
  sink: Subprocess;
  postmaster: number;
  /** Processes that send. */
  pids: number[];
}

/** Measures what `send` does; fails where the sink did not get each reader's mail once. */
export async function measure(
  { sink, postmaster, pids }: Measured,
  mails: number,
  send: () => Promise<{ seconds: number; freezeSeconds: number; ourOwnCpu: number }>,
): Promise<Figures> {
  await sink.ask({ order: 'reset', readers: mails, rate: 0, keepsArrivals: false });
  resetPeaks(pids);
  const cpu = () => [readCpuSeconds(pids), readServerCpuSeconds(postmaster), readCpuSeconds([sink.pid])];
  const before = cpu();
  const { seconds, freezeSeconds, ourOwnCpu } = await send();
  const [ourCpu = 0, postgresCpu = 0, sinkCpu = 0] = cpu().map((after, index) => after - (before[index] ?? 0));
  const peakMegabytes = readPeakMegabytes(pids);
  const got = await sink.ask<SinkReport>({ order: 'report' });
  if (got.mails !== mails || got.duplicates > 0)
    throw new Error(`the provider got ${got.mails} of ${mails} mails, ${got.duplicates} of them twice`);
  return {
    mails,
    seconds,
    freezeSeconds,
    ourCpu: ourCpu + ourOwnCpu,
    postgresCpu,
    sinkCpu,
    peakMegabytes,
    bytes: got.bytes,
  };
}

/** Freezes an approved issue and waits until it is sent; our own share of the CPU is the freeze's alone. */
export async function sendIssueNumbered(
  { opened: { ctx } }: Installation,
  number: number,
  tell: (done: number) => void,
) {
  const { id } = unwrap(await findIssueNamed(ctx.db, number));
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await ctx.db.updateTable('issues').set({ sendAt: ctx.clock.now() }).where('id', '=', id).execute();
  const frozen = await freezeIssue(ctx, id);
  const freezeSeconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  if (frozen === undefined) throw new Error(`issue ${number} was not frozen`);
  await untilSent(ctx.db, id, tell);
  return { seconds: (performance.now() - startedAt) / 1000, freezeSeconds, ourOwnCpu: (user + system) / 1e6 };
}

const lookEveryMs = 50;
const tellEveryMs = 5_000;
/** Nothing taken for so long, and the bench fails rather than waits. */
const patienceMs = 120_000;

async function untilSent(db: Db, issueId: string, tell: (done: number) => void): Promise<void> {
  let done = 0;
  let wentOnAt = performance.now();
  for (let toldAt = wentOnAt; (await getIssue(db, issueId)).state !== 'sent'; await wait(lookEveryMs)) {
    if (performance.now() - toldAt < tellEveryMs) continue;
    toldAt = performance.now();
    const now = await countAcceptedBatches(db, issueId);
    if (now > done) wentOnAt = toldAt;
    if (toldAt - wentOnAt > patienceMs) throw new Error(`the send stands still at ${now} batches`);
    done = now;
    tell(done);
  }
}

async function countAcceptedBatches(db: Db, issueId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from batches where issue_id = ${issueId} and state = 'accepted'`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Throws unless the ledger says of each subscriber that the provider took their mail, under an id of its own. */
export async function checkLedger(
  { opened: { ctx } }: Installation,
  number: number,
  subscribers: number,
): Promise<void> {
  const issue = unwrap(await findIssueNamed(ctx.db, number));
  const account = await accountIssue(ctx.db, issue, ctx.clock.now());
  const { rows } = await sql<{ ids: number }>`
    select count(*)::integer as ids from provider_messages m join deliveries d on d.id = m.delivery_id
    where d.issue_id = ${issue.id}`.execute(ctx.db);
  if (!account.balanced || account.accepted !== subscribers || rows[0]?.ids !== subscribers)
    throw new Error(`the ledger of issue ${number} is wrong: ${JSON.stringify({ ...account, ids: rows[0]?.ids })}`);
}
