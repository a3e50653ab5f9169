import { cpus } from 'node:os';
import type { BaselineKind } from './baseline.ts';
import { type BenchOptions, readOptions } from './options.ts';
import { benchPace } from './pace.ts';
import { openPlace, type Place } from './place.ts';
import { startSubprocess, type Subprocess } from './processes.ts';
import { endTelling, format, medianOf, print, spread, table } from './report.ts';
import { benchSend, manyVariants, type SendPlan, type SendResult } from './send.ts';
import type { Figures } from './send-once.ts';

/** `npm run bench`: what a send costs, beside three other ways to send the same, in one run. It checks what was sent. */

const usualSubscribers = 10_000;
const usualRuns = 5;
const names: Record<BaselineKind, string> = {
  react: 'React rendered for every mail',
  strings: 'resend.batch.send, ready strings',
  ceiling: 'the ceiling: pieces, no ledger',
};

const perThousand = (of: (figures: Figures) => number) => (figures: Figures) => (of(figures) * 1000) / figures.mails;
const ourCpu = perThousand(({ ourCpu: seconds }) => seconds);
const postgresCpu = perThousand(({ postgresCpu: seconds }) => seconds);
const sinkCpu = perThousand(({ sinkCpu: seconds }) => seconds);
const rate = ({ mails, seconds }: Figures) => mails / seconds;

function describeMachine({ workers }: BenchOptions): string {
  const name = cpus()[0]?.model.trim() ?? 'unknown';
  return `${cpus().length} cores (${name}), Node ${process.version}, ${workers} worker processes, unpaced, production mode, through tsx as \`npm start\`; embedded Postgres with its ordinary durability.`;
}

function row(name: string, figures: Figures[]): string[] {
  const columns = [rate, ourCpu, postgresCpu, sinkCpu].map((of) => figures.map(of));
  const [rates = [], ours = [], postgres = [], sink = []] = columns;
  const peak = spread(figures.map(({ peakMegabytes }) => peakMegabytes));
  return [name, spread(rates), spread(ours, 3), spread(postgres, 3), spread(sink, 3), peak];
}

function printSend(subscribers: number, result: SendResult): void {
  const bytes = medianOf(result.ours.map((figures) => figures.bytes / figures.mails));
  print(
    `\n${format(subscribers)} subscribers; a mail has ${format(result.htmlBytes)} bytes of HTML and ${format(result.textBytes)} of text, ${format(bytes)} bytes of body.`,
  );
  const head = ['median (min-max)', 'mails/s', 'our CPU s/1,000', "Postgres's", "sink's", 'peak MB'];
  print(
    table([
      head,
      row('Weekly Verdicts', result.ours),
      ...result.rivals.map((one) => row(names[one.kind], one.figures)),
    ]),
  );
  for (const { kind, figures } of result.rivals) {
    const ratios = result.ours.map((own, index) => rate(own) / rate(figures[index] ?? own));
    print(`  mails/s against ${names[kind]}: ${spread(ratios, 2)}x`);
  }
  const freezes = result.ours.map(({ freezeSeconds }) => freezeSeconds);
  print(
    `  freeze ${spread(freezes, 2)} s, within the figures above; the database grew by ${format(result.grownBytes / subscribers)} bytes a delivery.`,
  );
}

function printShares({ ours, postgres, mails }: SendResult['shares']): void {
  const lines = (shares: Map<string, number>) =>
    [...shares]
      .toSorted(([, a], [, b]) => b - a)
      .map(([part, seconds]) => `  ${format((seconds * 1000) / mails, 3)}  ${part}`);
  print('\nBetween us and the ceiling, CPU seconds per 1,000 mails (one send more, watched, so a little slower):');
  print([" our workers' main threads", ...lines(ours), ' Postgres', ...lines(postgres)].join('\n'));
}

function printVariants({ one, many }: SendResult['variants']): void {
  const costOf = (figures: Figures) => ourCpu(figures) + postgresCpu(figures);
  const [single, multiple] = [one, many].map((figures) => figures.map(costOf));
  const ratio = medianOf(multiple ?? []) / medianOf(single ?? []);
  const peaks = [one, many].map((figures) => format(medianOf(figures.map(({ peakMegabytes }) => peakMegabytes))));
  print(
    `\n${manyVariants} variants against 1: ${spread(multiple ?? [], 3)} against ${spread(single ?? [], 3)} CPU seconds per 1,000 mails, ours and Postgres's: ${format(ratio, 2)}x; peak ${peaks.toReversed().join(' against ')} MB.`,
  );
}

/** The small sends were measured before and after the large one: a machine that is shared is not as fast at any time. */
function printScale(small: Figures[], large: Figures[]): void {
  const costOf = (ours: Figures[]) => medianOf(ours.map((figures) => ourCpu(figures) + postgresCpu(figures)));
  const peakOf = (ours: Figures[]) => medianOf(ours.map(({ peakMegabytes }) => peakMegabytes));
  print(
    `\nCPU a mail, ours and Postgres's, against ${format(usualSubscribers)} subscribers: ${format(costOf(large) / costOf(small), 2)}x; peak memory ${format(peakOf(large))} MB against ${format(peakOf(small))} MB.`,
  );
}

async function benchSends(
  options: BenchOptions,
  given: Omit<SendPlan, 'subscribers' | 'runs' | 'rivals'>,
): Promise<void> {
  const { subscribers, runs } = options;
  const rivals = ['react', 'strings', 'ceiling'] as const;
  const isUsual = subscribers <= usualSubscribers;
  const usual = {
    ...given,
    rivals,
    subscribers: isUsual ? subscribers : usualSubscribers,
    runs: isUsual ? runs : usualRuns,
  };
  const small = await benchSend(usual, { variants: true, shares: true });
  endTelling();
  printSend(usual.subscribers, small);
  printShares(small.shares);
  printVariants(small.variants);
  if (isUsual) return;
  const alone = { ...given, rivals: [] };
  const large = await benchSend({ ...alone, subscribers, runs }, { variants: false, shares: false });
  const again = await benchSend({ ...usual, ...alone }, { variants: false, shares: false });
  endTelling();
  printSend(subscribers, large);
  printScale([...small.ours, ...again.ours], large.ours);
}

async function runBench(place: Place, options: BenchOptions): Promise<void> {
  const { subprocess: sink, first } = await startSubprocess<{ port: number }>('test/bench/sink.ts', []);
  try {
    print(describeMachine(options));
    if (options.only !== 'pace') {
      await benchSends(options, {
        place,
        sink: sink satisfies Subprocess,
        sinkPort: first.port,
        workers: options.workers,
      });
    }
    if (options.only !== 'send') await benchPace({ place, sink, sinkPort: first.port });
  } finally {
    await sink.end();
  }
}

const options = readOptions(process.argv.slice(2));
const place = await openPlace();
try {
  await runBench(place, options);
} finally {
  endTelling();
  await place.end();
}
