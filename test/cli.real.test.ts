import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resetEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { startProgram } from './support/program.ts';

let folder: string;
let dataDir: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verdicts-cli-'));
  // As root the server runs as another user, who must get in.
  await chmod(folder, 0o711);
  dataDir = join(folder, 'data');
});
afterAll(async () => {
  await resetEmbeddedPostgres({ dataDir });
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  status: number | NodeJS.Signals;
  stdout: string;
  /** Both streams. */
  output: string;
}

/** Runs one command to its end, on the embedded database of this file. */
async function run(args: string, env: Record<string, string> = {}): Promise<Ended> {
  const words = args === '' ? [] : args.split(' ');
  const program = await startProgram('src/cli.ts', words, { DATA_DIR: dataDir, LOG_LEVEL: 'error', ...env });
  program.firstLine.catch(() => {});
  const status = await program.ended;
  return { status, stdout: program.stdout(), output: program.output() };
}

/** The one JSON document on stdout. */
async function runJson(args: string): Promise<unknown> {
  const { status, stdout, output } = await run(`${args} --json`);
  expect(status, output).toBe(0);
  return JSON.parse(stdout);
}

describe('wrong use', () => {
  it.concurrent.each([
    ['', /Usage: verdicts/],
    ['nonsense', /unknown command 'nonsense'/],
    ['issue', /Usage: verdicts issue/],
    ['issue show', /missing required argument 'number'/],
    ['issue show one', /It must be the number of an issue/],
    ['issue show 0', /It must be the number of an issue/],
    ['issue show 2147483648', /It must be the number of an issue/],
    ['issue list --colour', /unknown option '--colour'/],
    ['issue preview 1', /'--out <dir>' not specified/],
    ['issue resolve 1 --decide maybe', /Allowed choices are accepted, failed, send-again/],
    ['import comparisons', /missing required argument 'paths'/],
    ['import comparisons x --published-at yesterday', /It must be a date such as/],
  ])('ends with 2 and a sentence, and nothing on stdout: %j', async (args, sentence) => {
    const { status, stdout, output } = await run(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(output).toMatch(sentence);
  });

  it('of the configuration ends with 2 and every fault', async () => {
    const { status, output } = await run('issue list', { PORT: 'x', LOG_LEVEL: 'loud' });
    expect(status).toBe(2);
    expect(output).toMatch(/2 faults:\n- PORT must be .*\n- LOG_LEVEL must be /);
  });

  it('is not asking for help', async () => {
    const { status, stdout } = await run('issue --help');
    expect(status).toBe(0);
    expect(stdout).toContain('approve');
  });
});

describe('on a fresh folder', () => {
  it('a command makes the database, and another beside it finds it', async () => {
    const both = await Promise.all([run('comparison list --json'), run('issue list --json')]);
    expect(both.map(({ status, stdout }) => [status, JSON.parse(stdout)])).toEqual([
      [0, []],
      [0, []],
    ]);
  });

  it('there is nothing left to migrate', async () => {
    expect(await run('migrate')).toMatchObject({ status: 0, stdout: 'The schema is up to date.\n' });
  });

  it('there is nothing to compose, which is no failure', async () => {
    expect(await run('issue compose')).toMatchObject({ status: 0, stdout: 'skipped: nothing new\n' });
    expect(await runJson('issue compose')).toEqual({ skipped: 'nothing new' });
  });

  it('an issue or comparison nobody knows ends with 1 and a sentence, and nothing on stdout', async () => {
    const [issue, comparison] = await Promise.all([
      run('issue account 3 --json'),
      run('comparison show x-vs-y --json'),
    ]);
    expect(issue).toMatchObject({ status: 1, stdout: '' });
    expect(issue.output).toBe('There is no issue 3; `issue list` shows those there are.\n');
    expect(comparison).toMatchObject({ status: 1, stdout: '' });
    expect(comparison.output).toMatch(/^There is no comparison x-vs-y; .*\n$/);
  });
});

it('pause and resume switch all sending off and on, once each', async () => {
  expect(await run('pause --reason holidays')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^Sending is off/),
  });
  expect(await run('pause')).toMatchObject({ status: 0, stdout: 'Sending was off already.\n' });
  expect(await run('resume')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Sending is on;/) });
  expect(await run('resume')).toMatchObject({ status: 0, stdout: 'Sending was on already.\n' });
});

describe('import subscribers', () => {
  it('brings in what it can, lists the rest by line, and ends with 1', async () => {
    const file = join(folder, 'subscribers.csv');
    const rows = [
      'email,name,status,timeZone,topics,confirmedAt,consentSource',
      'reader-1@example.com,,active,,,2026-01-05,test',
      'not an address,,active,,,2026-01-05,test',
      'reader-2@example.com,,active,,,,',
      'reader-3@example.com,,active,Mars/Base,,2026-01-05,test',
    ];
    await writeFile(file, rows.join('\n'));
    const { status, stdout, output } = await run(`import subscribers ${file}`);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^4 rows: 1 active; 0 known already.* 3 refused\.\n$/);
    expect([...output.matchAll(/^line (\d+): .+/gm)].map(([, line]) => line)).toEqual(['3', '4', '5']);
    expect(output).toMatch(/Rows refused: 3\. Mend them/);
  });

  it('of a file that is not there ends with 1 and a sentence', async () => {
    const { status, output } = await run(`import subscribers ${join(folder, 'none.csv')}`);
    expect(status).toBe(1);
    expect(output).toMatch(/none\.csv cannot be read; check the name and your rights to it\.\n$/);
  });
});

const journeyTimeoutMs = 240_000;

describe('an issue by command', () => {
  it('is composed, looked at, approved, sent and accounted', { timeout: journeyTimeoutMs }, async () => {
    expect(await run('import comparisons src/demo/samples/week-1')).toMatchObject({ status: 0 });
    expect(await runJson('issue compose')).toMatchObject({ number: 1, state: 'draft' });
    const out = join(folder, 'preview');
    expect(await runJson(`issue preview 1 --out ${out}`)).toMatchObject({ files: { html: join(out, 'issue-1.html') } });
    expect(await readFile(join(out, 'issue-1.txt'), 'utf8')).toContain('Axolotl');
    expect(await run('issue send 1 --json')).toMatchObject({ status: 1, stdout: '' });
    expect(await runJson('issue approve 1')).toMatchObject({ number: 1, state: 'approved', already: false });
    expect(await runJson('issue approve 1')).toMatchObject({ already: true });
    const sent = { issue: 1, state: 'sent', eligible: 1, accepted: 1, waiting: 0, balanced: true };
    expect(await runJson('issue send 1')).toMatchObject(sent);
    const after = ['issue account 1', 'issue resolve 1', 'issue list', 'comparison list'].map(runJson);
    expect(await Promise.all(after)).toMatchObject([sent, [], [{ number: 1, state: 'sent' }], { length: 5 }]);
    expect((await run('issue cancel 1')).status).toBe(1);
  });
});
