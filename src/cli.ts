import { Argument, Command, CommanderError, Option } from 'commander';
import { readDate, readNumber, readSeed, readUrl } from './cli/read-arguments.ts';
import { runToEnd } from './cli/run-command.ts';
import { withScheduleOptions } from './cli/schedule-options.ts';

const version = '0.1.0';
const json = () => new Option('--json', 'print one JSON document and nothing else');

/** Every command. What it does is loaded when it is called, so that `--help` answers at once. */
function createProgram(): Command {
  const program = new Command('verdicts')
    .description(
      "Weekly Verdicts: picks the week's comparisons, drafts, previews, approves and sends an issue, every delivery accounted for.",
    )
    .version(version)
    .showHelpAfterError('(--help shows how)')
    .exitOverride();
  addServiceCommands(program);
  addContentCommands(program);
  addScheduleCommands(program);
  const issue = program.command('issue').description('compose, look at, approve and send an issue');
  addDraftCommands(issue);
  addSendingCommands(issue);
  return program;
}

function addServiceCommands(program: Command): void {
  const services = () => import('./cli/service-commands.ts');
  program
    .command('demo')
    .description('sample comparisons and subscribers, one issue sent to the local mailbox')
    .option('--exit', 'end after the accounting instead of serving')
    .option('--reset', 'throw the embedded database away and start afresh')
    .option('--chaos', 'break workers, provider, queue and database while an issue goes out, then compare the ledgers')
    .option('--seed <number>', 'the same chaos again', readSeed)
    .action(async ({ chaos, seed, ...options }: { chaos?: boolean; seed?: number }) => {
      if (chaos) return (await import('./demo/chaos/run-chaos.ts')).runChaos(seed === undefined ? {} : { seed });
      if (seed !== undefined) program.error('--seed belongs to --chaos.');
      return (await import('./demo/run-demo.ts')).runDemo(options);
    });
  program
    .command('start')
    .description('the whole service in one process')
    .action(async () => (await services()).serve('start'));
  program
    .command('serve')
    .description('the pages alone')
    .action(async () => (await services()).serve('serve'));
  program
    .command('work')
    .description('the queues and the schedule alone: sends, applies reports, rings what is due; run as many as wanted')
    .action(async () => (await services()).serve('work'));
  program
    .command('migrate')
    .description('bring the database up to date')
    .action(async () => (await services()).migrate());
  program
    .command('doctor')
    .description('look at everything that must be in order to send; changes nothing')
    .addOption(json())
    .action(async (options: object) => (await import('./cli/doctor.ts')).runDoctor(options));
  program
    .command('pause')
    .description('switch all sending off')
    .option('--reason <words>', 'why; shown to everybody')
    .action(async (options: { reason?: string }) => (await services()).pauseSending(options));
  program
    .command('resume')
    .description('switch sending on again')
    .option(
      '--after-restore',
      'where it is held because the database was restored, copied or moved: this is the one to send',
    )
    .action(async (options: { afterRestore?: boolean }) => (await services()).resumeSending(options));
}

function addContentCommands(program: Command): void {
  const content = () => import('./cli/content-commands.ts');
  const imports = program.command('import').description('bring comparisons or subscribers in');
  imports
    .command('comparisons')
    .description('comparison pages as HTML, text or JSON')
    .argument('<paths...>', 'files, folders or web addresses')
    .option('--published-at <date>', 'when they were published, where the page does not say', readDate)
    .option('--base-url <url>', 'where they stand, where the page does not say: this and the slug', readUrl)
    .action(async (paths: string[], options: object) => (await content()).importComparisonFiles(paths, options));
  imports
    .command('subscribers')
    .description('a CSV file: email,name,status,timeZone,topics,confirmedAt,consentSource')
    .argument('<file>')
    .action(async (file: string) => (await content()).importSubscriberFile(file));
  const comparison = program.command('comparison').description('look at the comparisons');
  comparison
    .command('list')
    .addOption(json())
    .action(async (options: object) => (await content()).listAllComparisons(options));
  comparison
    .command('show')
    .argument('<slug>')
    .addOption(json())
    .action(async (slug: string, options: object) => (await content()).showComparison(slug, options));
  comparison
    .command('schema')
    .description('the JSON Schema of what `show --json` prints and `import comparisons` takes')
    .action(async () => (await import('./cli/show-schema.ts')).showSchema());
}

function addScheduleCommands(program: Command): void {
  const commands = () => import('./cli/schedule-commands.ts');
  const schedule = program.command('schedule').description('when an issue goes out, and what is done by itself');
  schedule
    .command('show')
    .addOption(json())
    .action(async (options: object) => (await commands()).showSchedule(options));
  withScheduleOptions(schedule.command('set').description('change what is named; the rest stays'))
    .addOption(json())
    .action(async (options: object) => (await commands()).setSchedule(options));
  schedule
    .command('pause')
    .description('draft nothing until it is resumed')
    .addOption(json())
    .action(async (options: object) => (await commands()).pauseTheSchedule(options));
  schedule
    .command('resume')
    .description('go on with the next send time; none is caught up')
    .addOption(json())
    .action(async (options: object) => (await commands()).resumeTheSchedule(options));
}

const issues = () => import('./cli/issue-commands.ts');

/** A command on one issue. */
function numbered(issue: Command, name: string, description: string): Command {
  return issue
    .command(name)
    .description(description)
    .addArgument(new Argument('<number>').argParser(readNumber))
    .addOption(json());
}

function addDraftCommands(issue: Command): void {
  issue
    .command('compose')
    .description('draft the next issue from what is new')
    .addOption(json())
    .action(async (options: object) => (await issues()).compose(options));
  issue
    .command('list')
    .description('all issues, newest first')
    .addOption(json())
    .action(async (options: object) => (await issues()).list(options));
  numbered(issue, 'show', 'an issue with its picks and their reasons').action(async (number: number, options: object) =>
    (await issues()).show(number, options),
  );
  numbered(issue, 'preview', 'write the mail as HTML and text')
    .requiredOption('--out <dir>', 'where to')
    .option('--as <email>', 'as this subscriber')
    .action(async (number: number, options: { out: string }) => (await issues()).preview(number, options));
  numbered(issue, 'approve', 'check it and fix what goes out').action(async (number: number, options: object) =>
    (await issues()).approve(number, options),
  );
}

function addSendingCommands(issue: Command): void {
  const reason = () => new Option('--reason <words>', 'why; kept with the issue').default('by an operator');
  numbered(issue, 'send', 'send it now and wait until nothing waits')
    .option('--no-canary', 'do not let the rest of a large issue wait for the first share')
    .action(async (number: number, options: object) =>
      (await import('./cli/send-issue.ts')).sendIssue(number, options),
    );
  numbered(issue, 'release', 'send the rest of a large issue without waiting for the first share any longer').action(
    async (number: number, options: object) => (await issues()).release(number, options),
  );
  numbered(issue, 'pause', 'stop sending it')
    .addOption(reason())
    .action(async (number: number, options: { reason: string }) => (await issues()).pause(number, options));
  numbered(issue, 'resume', 'go on sending it')
    .option('--accept-provider', 'under the provider account configured now, though it is another')
    .action(async (number: number, options: object) => (await issues()).resume(number, options));
  numbered(issue, 'cancel', 'never send what still waits')
    .addOption(reason())
    .action(async (number: number, options: { reason: string }) => (await issues()).cancel(number, options));
  numbered(issue, 'account', 'where everybody is').action(async (number: number, options: object) =>
    (await issues()).account(number, options),
  );
  numbered(issue, 'resolve', 'decide on deliveries nobody knows about')
    .addOption(new Option('--decide <decision>').choices(['accepted', 'failed', 'send-again']))
    .option('--delivery <ids...>', 'only these; all by default')
    .option('--note <words>', 'why; kept with the decision')
    .option('--confirm <words>', 'what send-again asks to be typed')
    .action(async (number: number, options: object) =>
      (await import('./cli/resolve-issue.ts')).resolve(number, options),
    );
  addReturnCommands(issue);
}

/** What comes back of an issue, after it was sent. */
function addReturnCommands(issue: Command): void {
  numbered(issue, 'reconcile', 'ask the provider what became of mails nobody has reported on').action(
    async (number: number, options: object) =>
      (await import('./cli/reconcile-issue.ts')).reconcileIssue(number, options),
  );
  numbered(issue, 'resend', 'send again what the provider accepted and failed to send later')
    .option('--delivery <ids...>', 'only these; all by default')
    .option('--note <words>', 'why; kept with the decision. Without it they are only shown')
    .option('--confirm <words>', 'what it asks to be typed')
    .action(async (number: number, options: object) => (await import('./cli/resend-issue.ts')).resend(number, options));
}

await runToEnd(async () => {
  try {
    await createProgram().parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has printed its sentence; help asked for is no wrong use.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  }
});
