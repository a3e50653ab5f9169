import { mkdtemp, chmod, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { importComparisonPaths } from '../../src/comparisons/import-paths.ts';
import { beginSending } from '../../src/deliveries/begin-sending.ts';
import { disturbIssue, lookAt, patiently } from '../../src/demo/chaos/disturb.ts';
import { createRandom, type Random } from '../../src/demo/chaos/random.ts';
import { openStage, type Stage } from '../../src/demo/chaos/stage.ts';
import { approveIssue } from '../../src/issues/approve-issue.ts';
import { composeIssue } from '../../src/issues/compose-issue.ts';
import { pauseIssue } from '../../src/issues/pause-issue.ts';
import { resumeSendingIssue } from '../../src/deliveries/resume-sending-issue.ts';
import { isRefusal, type Refusal } from '../../src/platform/refusal.ts';
import { checkOracles } from '../support/check-oracles.ts';
import { recordClaims } from '../support/record-claims.ts';
import { readOptions, type SoakOptions } from './options.ts';
import { addReaders, letReadersLeave } from './readers.ts';

const gapMs = [2_000, 8_000] as const;
/** The last of the time belongs to what must come to its end: back-offs of up to five minutes. */
const calmShare = 0.8;
const newReadersShare = 0.01;
const lookEveryMs = 1_000;
/** The provider's next try may be five minutes away; none told for longer than that, and something is stuck. */
const reportsWaitMs = 600_000;
const by = 'soak';

/** `npm run soak`: issue after issue to many readers, everything broken on purpose by a seed, every oracle asked after each. */
async function soak(options: SoakOptions): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'verdicts-soak-'));
  await chmod(dataDir, 0o711);
  const { workers: workersCount, redisUrl } = options;
  const env = { RESEND_RATE_LIMIT: '0', RESEND_TIMEOUT_MS: '5000', LOG_LEVEL: 'info' };
  const stage = await openStage({
    dataDir,
    workersCount,
    env,
    providerRate: 1_000,
    ...(redisUrl === null ? {} : { redisUrl }),
  });
  process.once('SIGINT', () => void stage.end().finally(() => process.exit(130)));
  try {
    await runRounds(stage, options);
  } finally {
    await stage.end();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function runRounds(stage: Stage, { subscribers, minutes, seed }: SoakOptions): Promise<void> {
  const startedAt = performance.now();
  const tell = (sentence: string): void => {
    const seconds = Math.floor((performance.now() - startedAt) / 1000);
    process.stdout.write(
      `${String(Math.floor(seconds / 60)).padStart(3)}:${String(seconds % 60).padStart(2, '0')}  ${sentence}\n`,
    );
  };
  const isOver = () => performance.now() - startedAt > minutes * 60_000 * calmShare;
  const random = createRandom(seed);
  tell(`${subscribers} readers, ${minutes} minutes, seed ${seed}`);
  await recordClaims(stage.ctx.db);
  await stage.ctx.db.updateTable('schedules').set({ canaryPercent: 0 }).execute();
  await importSamples(stage);
  await addReaders(stage, { from: 1, count: subscribers });
  tell('readers are in');
  let next = subscribers + 1;
  for (let round = 1; round === 1 || !isOver(); round += 1) {
    await runRound(stage, { round, random, tell, isOver });
    const count = Math.ceil(subscribers * newReadersShare);
    await addReaders(stage, { from: next, count });
    next += count;
  }
  tell(`every oracle held; seed ${seed}`);
}

async function importSamples({ ctx }: Stage): Promise<void> {
  const folder = fileURLToPath(new URL('../../src/demo/samples/week-1', import.meta.url));
  await importComparisonPaths(ctx, { paths: [folder], publishedAt: null, baseUrl: null }, () => {});
}

interface Round {
  round: number;
  random: Random;
  tell: (sentence: string) => void;
  isOver: () => boolean;
}

async function runRound(stage: Stage, { round, random, tell, isOver }: Round): Promise<void> {
  const { number, issueId } = await beginIssue(stage);
  tell(`issue ${number} begins to go out`);
  const moreActs = {
    'let readers leave': letReadersLeave,
    'pause and resume': async () => {
      unwrap(await pauseIssue(stage.ctx, { number, by, reason: 'soak' }));
      await wait(gapMs[0]);
      unwrap(await resumeSendingIssue(stage.ctx, { number, by, acceptsProvider: false }));
      return 'paused for a moment';
    },
  };
  const told = new Map<string, number>();
  const disturbing = disturbIssue(stage, issueId, {
    random,
    actsCount: Number.MAX_SAFE_INTEGER,
    gapMs,
    moreActs,
    isStopped: isOver,
    tell: (sentence) => {
      told.set(sentence, (told.get(sentence) ?? 0) + 1);
      tell(`  ${sentence}`);
    },
  });
  await Promise.all([disturbing, watchToEnd(stage, { number, issueId, tell })]);
  await awaitReports(stage, { issueId, tell });
  const account = await lookAt(stage, issueId);
  const faults = await checkStage(stage, issueId);
  if (faults.length > 0)
    throw new Error(`after round ${round} ${faults.length} oracles fail:\n${faults.slice(0, 50).join('\n')}`);
  tell(`issue ${number}: ${JSON.stringify(account)}`);
  // The ledger stays; only the words of the mails are thrown away, or the disk would fill.
  await patiently(() =>
    stage.sandboxDb.updateTable('mails').set({ html: null, text: null }).where('html', 'is not', null).execute(),
  );
}

async function beginIssue({ ctx }: Stage): Promise<{ number: number; issueId: string }> {
  return patiently(async () => {
    // So that the samples are new again.
    await ctx.db.deleteFrom('picks').execute();
    const composed = unwrap(await composeIssue(ctx, { by }));
    if ('skipped' in composed) throw new Error(`nothing to compose: ${composed.skipped}`);
    const number = composed.issue.number ?? 0;
    unwrap(await approveIssue(ctx, { number, by }));
    return { number, issueId: unwrap(await beginSending(ctx, { number, by })).id };
  });
}

/** A pause that a crash left standing is ended here, as an operator would. */
async function watchToEnd(
  stage: Stage,
  { number, issueId, tell }: { number: number; issueId: string; tell: Round['tell'] },
): Promise<void> {
  let tenths = 0;
  for (let looks = 0; ; looks += 1) {
    const account = await lookAt(stage, issueId);
    const now = Math.floor((10 * account.accepted) / Math.max(1, account.eligible));
    if (now > tenths) tell(`${account.accepted} / ${account.eligible} accepted, ${account.waiting} waiting`);
    tenths = Math.max(tenths, now);
    if (account.state === 'sent') return;
    if (account.state === 'paused' && looks % 10 === 9)
      await patiently(() => resumeSendingIssue(stage.ctx, { number, by, acceptsProvider: false }));
    await wait(lookEveryMs);
  }
}

/** Every event the provider has to tell has been told; as long as it goes on telling, that may take what it takes. */
async function awaitReports(
  { sandboxDb }: Stage,
  { issueId, tell }: { issueId: string; tell: Round['tell'] },
): Promise<void> {
  let left = await countOpenEvents(sandboxDb);
  tell(`sent; ${left} reports are still to come`);
  for (let toldAt = performance.now(); left > 0; await wait(lookEveryMs)) {
    const open = await countOpenEvents(sandboxDb);
    if (open !== left) toldAt = performance.now();
    left = open;
    if (performance.now() - toldAt > reportsWaitMs)
      throw new Error(`the provider still has ${left} events to tell of issue ${issueId}`);
  }
  await wait(lookEveryMs);
}

async function countOpenEvents(db: Stage['sandboxDb']): Promise<number> {
  const open = db.selectFrom('events').select((eb) => eb.fn.countAll<string>().as('count'));
  return Number((await patiently(() => open.where('nextAt', 'is not', null).executeTakeFirstOrThrow())).count);
}

async function checkStage(stage: Stage, issueId: string): Promise<string[]> {
  const logs = await readFile(stage.logFile, 'utf8');
  const { ctx, sandboxDb } = stage;
  return patiently(() => checkOracles({ ctx, sandboxDb, logs: () => logs }, { isEnded: true, issueId }));
}

function unwrap<Result>(result: Result | Refusal): Exclude<Result, Refusal> {
  if (isRefusal(result)) throw new Error(result.sentence);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has just been checked
  return result as Exclude<Result, Refusal>;
}

const options = readOptions(process.argv.slice(2));
await soak(options).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nseed ${options.seed}\n`);
  process.exitCode = 1;
});
