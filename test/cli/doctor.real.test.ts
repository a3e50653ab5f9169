import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardSending } from '../../src/deliveries/restored/guard-sending.ts';
import { startProgram } from '../support/program.ts';
import { openScene, type Scene } from '../support/scene.ts';

interface Ended {
  status: number | NodeJS.Signals;
  stdout: string;
  output: string;
}

interface Report {
  ok: boolean;
  faults: number;
  warnings: number;
  checks: { check: string; level: string; sentence: string; mend: string | null }[];
}

async function doctor(env: Record<string, string>, ...more: string[]): Promise<Ended> {
  const program = await startProgram('src/cli.ts', ['doctor', ...more], env);
  program.firstLine.catch(() => {});
  const status = await program.ended;
  return { status, stdout: program.stdout(), output: program.output() };
}

const order = [
  'configuration',
  'database',
  'migrations',
  'database sessions',
  'database clock',
  'restore marks',
  'queue',
  'provider key',
  'sender domain',
  'provider clock',
  'SPF',
  'DKIM',
  'DMARC',
  'PUBLIC_URL',
  'webhook',
  'unsubscribe link',
];

describe('on a laptop', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'verdicts-doctor-'));
    await chmod(folder, 0o711);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('doctor makes nothing, says what does not apply, and ends with 0', async () => {
    const { status, stdout } = await doctor({ DATA_DIR: join(folder, 'none') }, '--json');
    const report = JSON.parse(stdout) as Report;
    expect(report).toMatchObject({ ok: true, faults: 0, warnings: 1 });
    expect(report.checks.map(({ check }) => check)).toEqual(order);
    expect(status).toBe(0);
    expect(await readdir(folder)).toEqual([]);
  });

  it('every fault of the configuration is a line, nothing else is looked at, and it ends with 1', async () => {
    const env = { DATABASE_URL: 'mysql://x', PORT: '70000', SECRET: 'short', MAIL: 'sandbox' };
    const { status, stdout } = await doctor(env);
    const lines = stdout.split('\n').filter((line) => line.startsWith('FAULT'));
    expect(lines).toHaveLength(3);
    for (const name of ['DATABASE_URL', 'PORT', 'SECRET']) expect(lines.join('\n')).toContain(name);
    expect(stdout.match(/Set it in \.env or in the environment, then run `\S.* doctor` again/g)).toHaveLength(3);
    expect(stdout).toMatch(/3 faults, 0 warnings\.\n$/);
    expect(stdout).not.toContain('short');
    expect(status).toBe(1);
  });

  it('wrong use ends with 2', async () => {
    expect(await doctor({}, 'everything')).toMatchObject({ status: 2, stdout: '' });
    expect(await doctor({}, '--everything')).toMatchObject({ status: 2, stdout: '' });
  });
});

describe('of a configured installation', () => {
  let scene: Scene;
  let env: Record<string, string>;
  beforeAll(async () => {
    scene = await openScene({ readers: 1 });
    env = { ...scene.env, PUBLIC_URL: scene.webUrl };
    // As the first start does.
    const { ctx } = scene;
    await guardSending({ ...ctx, config: { ...ctx.config, publicUrl: scene.webUrl } });
  });
  afterAll(async () => scene.end());

  /** The level of each check, and no secret in any line. */
  async function levels(change: Record<string, string> = {}): Promise<Record<string, string>> {
    const { stdout } = await doctor({ ...env, ...change }, '--json');
    expect(stdout).not.toMatch(/re_test|re_other|whsec_|a-secret-for-tests|hidden-word/);
    return Object.fromEntries((JSON.parse(stdout) as Report).checks.map(({ check, level }) => [check, level]));
  }

  it('what is well is ok; an address of this machine alone is the only fault', async () => {
    expect(await levels()).toEqual({
      ...Object.fromEntries(order.map((check) => [check, 'ok'])),
      queue: 'unrelated',
      SPF: 'unrelated',
      DKIM: 'unrelated',
      DMARC: 'unrelated',
      PUBLIC_URL: 'fault',
    });
  });

  it('a key that may only send is well, and what cannot be asked with it is a warning', async () => {
    const action = { kind: 'status', status: 401, name: 'restricted_api_key' };
    await scene.fault({ match: { method: 'GET', times: 'always' }, action });
    const found = await levels();
    await scene.clearFaults();
    expect(found).toMatchObject({ 'provider key': 'ok', 'sender domain': 'warning', 'restore marks': 'warning' });
  });

  it('a key that is refused, a provider and a database that do not answer are faults', async () => {
    const action = { kind: 'status', status: 403, name: 'invalid_api_key' };
    await scene.fault({ match: { method: 'GET', times: 'always' }, action });
    expect(await levels()).toMatchObject({ 'provider key': 'fault' });
    await scene.clearFaults();
    const away = { RESEND_BASE_URL: 'http://127.0.0.1:1', DATABASE_URL: 'postgres://v:hidden-word@127.0.0.1:1/v' };
    expect(await levels(away)).toMatchObject({
      database: 'fault',
      migrations: 'unrelated',
      webhook: 'unrelated',
      'provider key': 'fault',
      'provider clock': 'warning',
    });
  });
});
