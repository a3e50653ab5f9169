import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accept } from '../../cli/run-command.ts';
import { actor, print, say } from '../../cli/terminal.ts';
import { importComparisonPaths } from '../../comparisons/import-paths.ts';
import { ignoredByDemo, listIgnoredByDemo, loadConfig } from '../../config.ts';
import { type Account } from '../../deliveries/account-issue.ts';
import { beginSending } from '../../deliveries/begin-sending.ts';
import { describeAccount } from '../../deliveries/describe-account.ts';
import { approveIssue } from '../../issues/approve-issue.ts';
import { composeIssue } from '../../issues/compose-issue.ts';
import { Failure } from '../../start/failure.ts';
import { type SignalWatch, watchSignals } from '../../start/stop-on-signal.ts';
import { importColumns } from '../../subscribers/import-row.ts';
import { importSubscribers } from '../../subscribers/import-subscribers.ts';
import { disturbIssue, lookAt, patiently } from './disturb.ts';
import { describeBatches, type LedgerBeside, readLedgerBeside, writeLines } from './ledger-beside.ts';
import { createRandom } from './random.ts';
import { openStage, type Stage } from './stage.ts';
import { countOf } from '../../platform/count-of.ts';

export interface ChaosOptions {
  /** The same number gives the same faults in the same order; drawn when not given. */
  seed?: number;
}

const readersCount = 1_900;
const workersCount = 3;
/** Slow enough that there is time to do harm: two batches a second. */
const callsPerSecond = '3';
const providerRate = 10;
const actsCount = 14;
const gapMs = [1_000, 2_500] as const;
const lookEveryMs = 250;
const seedLimit = 1_000_000;

/** `demo --chaos`: an issue goes out while its workers, the provider, the queue and Postgres are broken on purpose; then both ledgers. */
export async function runChaos({ seed = Math.floor(Math.random() * seedLimit) }: ChaosOptions): Promise<void> {
  const config = loadConfig(ignoredByDemo);
  const ignored = listIgnoredByDemo();
  if (ignored.length > 0) say(`The demo uses its own database and mailbox; it ignores ${ignored.join(', ')}.`);
  const signals = watchSignals();
  const dataDir = join(config.dataDir, 'chaos');
  print(
    `Chaos: ${countOf(readersCount, 'reader')}, ${countOf(workersCount, 'worker')}, seed ${seed}. All that breaks below is broken on purpose.`,
  );
  const env = { RESEND_RATE_LIMIT: callsPerSecond };
  try {
    const stage = await openStage({ dataDir, workersCount, env, providerRate });
    try {
      await goThrough(stage, { seed, signals, dataDir });
    } finally {
      await stage.end();
    }
  } finally {
    signals.release();
  }
}

interface Going {
  seed: number;
  signals: SignalWatch;
  dataDir: string;
}

async function goThrough(stage: Stage, { seed, signals, dataDir }: Going): Promise<void> {
  const issueId = await beginIssue(stage);
  const startedAt = performance.now();
  const tell = (sentence: string): void => {
    print(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${sentence}`);
  };
  tell('issue 1 begins to go out');
  const isStopped = () => signals.isStopped();
  const random = createRandom(seed);
  const watching = watchProgress(stage, issueId, { tell, isStopped });
  await disturbIssue(stage, issueId, { random, actsCount, gapMs, tell, isStopped });
  if (!isStopped()) tell('no more harm is done; what is open is asked about again');
  const account = await watching;
  if (isStopped())
    throw new Failure('Stopped in the middle; everything of it is thrown away by the next `demo --chaos`.');
  tell(`issue 1 is ${account.state}`);
  await report(stage, { issueId, dataDir, seed });
}

async function beginIssue({ ctx }: Stage): Promise<string> {
  const rows = Array.from(
    { length: readersCount },
    (_, index) => `reader-${index + 1}@example.com,,active,,,2026-01-05,chaos`,
  );
  const file = Buffer.from([importColumns.join(','), ...rows].join('\n'));
  accept(await importSubscribers(ctx, { bytes: bytesOf(file) }));
  const week = fileURLToPath(new URL('../samples/week-1', import.meta.url));
  await importComparisonPaths(ctx, { paths: [week], publishedAt: null, baseUrl: null }, () => {});
  const composed = accept(await composeIssue(ctx, { by: actor() }));
  if ('skipped' in composed) throw new Error('the samples are always new to an empty database');
  const number = composed.issue.number ?? 0;
  accept(await approveIssue(ctx, { number, by: actor() }));
  return accept(await beginSending(ctx, { number, by: actor() })).id;
}

async function* bytesOf(file: Uint8Array): AsyncGenerator<Uint8Array> {
  yield file;
}

const tellEveryShare = 0.2;

/** Tells how far it is at every fifth, and ends when nothing waits. */
async function watchProgress(
  stage: Stage,
  issueId: string,
  { tell, isStopped }: { tell: (sentence: string) => void; isStopped: () => boolean },
): Promise<Account> {
  let told = 0;
  for (;;) {
    const account = await lookAt(stage, issueId);
    const share = account.accepted / Math.max(1, account.eligible);
    if (share >= told + tellEveryShare) {
      told = Math.floor(share / tellEveryShare) * tellEveryShare;
      tell(`${account.accepted} / ${account.eligible} accepted`);
    }
    if (account.state !== 'sending' || isStopped()) return account;
    await stage.ctx.clock.sleep(lookEveryMs);
  }
}

const differingShown = 20;

const reportsWaitMs = 30_000;

/** The provider reports what became of each mail by webhook; a little after the last mail all have come. */
async function awaitReports(stage: Stage, issueId: string): Promise<Account> {
  const until = performance.now() + reportsWaitMs;
  for (;;) {
    const account = await lookAt(stage, issueId);
    if (account.outcomes.none + account.outcomes.sent === 0 || performance.now() > until) return account;
    await stage.ctx.clock.sleep(lookEveryMs);
  }
}

async function report(stage: Stage, { issueId, dataDir, seed }: { issueId: string; dataDir: string; seed: number }) {
  const account = await awaitReports(stage, issueId);
  const beside = await patiently(() => readLedgerBeside(stage.ctx.db, stage.sandboxDb, issueId));
  const file = join(dataDir, 'ledger.tsv');
  await writeFile(file, writeLines(beside));
  print(`\nThe provider's ledger beside ours:\n${describeBatches(beside)}\n`);
  print(`${describeAccount(account)}\n`);
  const differing = beside.lines.filter((line) => !line.isEqual);
  for (const { address, theirs, state } of differing.slice(0, differingShown)) {
    say(`${address}: taken ${countOf(theirs.length, 'time')} by the provider, ${state} here.`);
  }
  print(verdictOf(beside));
  print(`Every line of both: ${file}`);
  if (differing.length > 0 || beside.strangers > 0 || account.state !== 'sent' || !account.balanced) {
    throw new Failure(
      `The ledgers differ, or issue 1 is not whole; \`demo --chaos --seed ${seed}\` does the same again.`,
    );
  }
}

function verdictOf({ lines, strangers }: LedgerBeside): string {
  const equal = lines.filter((line) => line.isEqual).length;
  const twice = lines.filter((line) => line.theirs.length > 1).length;
  return `${countOf(lines.length, 'address', 'addresses')}: ${countOf(equal, 'line')} equal, ${lines.length - equal} differ; ${twice} got it twice; ${strangers} unknown to us.`;
}
