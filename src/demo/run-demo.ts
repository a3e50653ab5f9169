import { accept, quiet } from '../cli/run-command.ts';
import { actor, print, say } from '../cli/terminal.ts';
import { watchIssue } from '../cli/send-issue.ts';
import { ignoredByDemo, listIgnoredByDemo, loadConfig } from '../config.ts';
import type { Context } from '../context.ts';
import { type Account, accountIssue } from '../deliveries/account-issue.ts';
import { beginSending } from '../deliveries/begin-sending.ts';
import { describeAccount } from '../deliveries/describe-account.ts';
import { resumeSendingIssue } from '../deliveries/resume-sending-issue.ts';
import { switchSendingOn } from '../deliveries/sending-switch.ts';
import { approveIssue } from '../issues/approve-issue.ts';
import { composeIssue } from '../issues/compose-issue.ts';
import { listPicks } from '../issues/list-picks.ts';
import { describeIssue } from '../issues/describe-issue.ts';
import { findOpenIssue, getIssue, type Issue } from '../issues/queries.ts';
import { installationMark, readInstallationMark } from '../ops/health.ts';
import { resetEmbeddedPostgres } from '../platform/embedded-postgres.ts';
import { Failure } from '../start/failure.ts';
import { type Service, startService } from '../start/service.ts';
import { type SignalWatch, stopGraceMs, watchSignals } from '../start/stop-on-signal.ts';
import { loadSamples } from './load-samples.ts';

export interface DemoOptions {
  /** Ends after the accounting instead of serving. */
  exit?: boolean;
  /** Throws the embedded database away first. */
  reset?: boolean;
}

/** Ports tried after PORT when another program has it. */
const triesAfter = 20;

/** `demo`: samples in, one issue out to the local mailbox, on the embedded database whatever is configured. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const signals = watchSignals();
  try {
    const config = quiet(loadConfig(ignoredByDemo));
    const ignored = listIgnoredByDemo();
    if (ignored.length > 0) say(`The demo uses its own database and mailbox; it ignores ${ignored.join(', ')}.`);
    if (options.reset) await resetEmbeddedPostgres({ dataDir: config.dataDir });
    const started = await startService(config, { web: true, work: true, schema: 'migrate', say, triesAfter });
    const service = await withNeighbour(started, config.port);
    try {
      await runThrough(service, signals);
      if (options.exit) print('`npm start` serves these again.');
      if (options.exit || signals.isStopped()) return;
      print("Serving until Ctrl-C. A second `npm run demo` sends the samples' next week.");
      await signals.first;
    } finally {
      if (signals.isStopped()) say('Stopping: finishing what is under way.');
      await service.stop(stopGraceMs, signals.hurry);
    }
  } finally {
    signals.release();
  }
}

/** Beside a service of the same installation its pages are the ones to link to: they stay when this demo ends. */
async function withNeighbour(service: Service, port: number): Promise<Service> {
  const { ctx } = service;
  if (ctx.config.port === port) return service;
  const url = `http://localhost:${port}`;
  if ((await readInstallationMark(url)) !== installationMark(ctx)) {
    say(`Port ${port} is taken by another program; using ${ctx.config.port}.`);
    return service;
  }
  say(`This installation is being served on port ${port} already; using its pages.`);
  return { ...service, url, ctx: { ...ctx, config: { ...ctx.config, publicUrl: url } } };
}

async function runThrough(service: Service, signals: SignalWatch): Promise<void> {
  const { ctx } = service;
  await loadSamples(ctx, print);
  refuseStopped(signals);
  const issue = await openIssue(ctx);
  if (issue === undefined) {
    print('skipped: nothing new');
  } else {
    await sendThrough(ctx, issue, signals);
  }
  printLinks(service, issue);
}

function refuseStopped(signals: SignalWatch): void {
  if (signals.isStopped()) throw new Failure('Stopped before the issue was sent; run the demo again to go on.');
}

/** The issue an interrupted demo left open, or the next one. */
async function openIssue(ctx: Context): Promise<Issue | undefined> {
  const open = await findOpenIssue(ctx.db);
  if (open !== undefined) {
    print(`Going on with issue ${open.number}, which is ${open.state}.`);
    return open;
  }
  const composed = accept(await composeIssue(ctx, { by: actor() }));
  return 'skipped' in composed ? undefined : composed.issue;
}

async function sendThrough(ctx: Context, { id, number: given, state }: Issue, signals: SignalWatch): Promise<void> {
  const number = given ?? 0;
  const issue = await getIssue(ctx.db, id);
  print(`\n${describeIssue(issue, await listPicks(ctx.db, issue.id))}`);
  if (state === 'draft') accept(await approveIssue(ctx, { number, by: actor() }));
  if (state === 'draft') print(`Approved issue ${number}.`);
  if (state === 'paused') accept(await resumeSendingIssue(ctx, { number, by: actor(), acceptsProvider: false }));
  await switchSendingOn(ctx, { by: actor() });
  refuseStopped(signals);
  accept(await beginSending(ctx, { number, by: actor() }));
  const sent = await watchIssue(ctx, { id }, { signals });
  const account = signals.isStopped() ? sent : await awaitReports(ctx, id, signals);
  print(`\n${describeAccount(account)}\n`);
  if (account.state !== 'sent' || !account.balanced) {
    throw new Failure(`Issue ${number} is ${account.state}; run the demo again to go on, nobody gets it twice.`);
  }
}

const reportsWaitMs = 20_000;

/** The sandbox reports back by signed webhooks; most of a second after the last mail they are all here. */
async function awaitReports(ctx: Context, issueId: string, signals: SignalWatch): Promise<Account> {
  const until = performance.now() + reportsWaitMs;
  for (;;) {
    const account = await accountIssue(ctx.db, await getIssue(ctx.db, issueId), ctx.clock.now());
    const missing = account.outcomes.none + account.outcomes.sent;
    if ((missing === 0 && !(await expectsComplaint(ctx))) || performance.now() > until || signals.isStopped())
      return account;
    await ctx.clock.sleep(100);
  }
}

/** A complaint comes after the delivery it is about. */
async function expectsComplaint(ctx: Context): Promise<boolean> {
  const waiting = await ctx.db
    .selectFrom('deliveries')
    .select('id')
    .where('outcome', '=', 'delivered')
    .where('address', 'like', 'complained%@example.com')
    .limit(1)
    .executeTakeFirst();
  return waiting !== undefined;
}

function printLinks({ url }: Service, issue: Issue | undefined): void {
  const number = issue?.number;
  print(`Mailbox   ${url}/sandbox`);
  if (number == null) return print(`Archive   ${url}/issues`);
  print(`Archive   ${url}/issues/${number}`);
  print(`Preview   ${url}/desk/issues/${number}/preview`);
}
