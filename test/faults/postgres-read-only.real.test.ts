import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Db } from '../../src/database.ts';
import { openDb } from '../../src/platform/db.ts';
import { type OwnServer, startOwnServer } from '../support/own-server.ts';
import { openScene, type Scene, until } from '../support/scene.ts';
import { expectWhole, listCallsTaken } from './crashing.ts';
import { freezeHeld, getIssueNamed, letSendingGo, letTimePass, listBatches, pauseWebhooks } from './sending.ts';

const sentence = 'The database takes no writes (a standby server, or default_transaction_read_only is on)';
const readers = 12;
let server: OwnServer;
let scene: Scene;
/** One connection that may write whatever the database's setting. */
let writer: Db;
beforeAll(async () => {
  server = await startOwnServer();
  scene = await openScene({ readers, database: server.database });
  await pauseWebhooks(scene, true);
  const address = new URL(scene.env.DATABASE_URL ?? '');
  address.searchParams.set('options', '-c default_transaction_read_only=off');
  writer = openDb(address.href, { max: 1 });
});
afterAll(async () => {
  await writer?.destroy();
  await scene?.end();
  await server?.end();
});

/** What the program says and how it ends. */
async function run(args: string[], env: Record<string, string> = {}) {
  const program = await scene.run(args, env);
  return { status: await program.ended, output: program.output() };
}

/** New connections may only read, but for the writer's; those there are end. */
async function setReadOnly(isReadOnly: boolean): Promise<void> {
  const name = sql.id(new URL(scene.env.DATABASE_URL ?? '').pathname.slice(1));
  await sql`alter database ${name} set default_transaction_read_only = ${sql.lit(isReadOnly)}`.execute(writer);
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`.execute(writer);
}

it('38. a standby is refused by whatever would send or migrate, in a sentence', async () => {
  const DATABASE_URL = await server.startStandby();
  for (const command of ['work', 'start', 'migrate']) {
    const { status, output } = await run([command], { DATABASE_URL });
    expect({ command, status, output }).toEqual({ command, status: 1, output: expect.stringContaining(sentence) });
  }
});

it('38. a server that begins to read only while a worker runs: nobody is called; when it writes again it goes on', async () => {
  const worker = await scene.run(['work']);
  await until('it works', async () => worker.output().includes('Working the queues'), 60);
  const number = await freezeHeld(scene);
  await setReadOnly(true);
  const writing = { ...scene, ctx: { ...scene.ctx, db: writer } };
  await letSendingGo(writing);
  const isRefused = () => /read-only transaction/.test(worker.output());
  await until('its writing was refused', async () => isRefused(), 20).catch((e) => {
    console.log('OUT', worker.output().slice(-6000));
    throw e;
  });
  expect(await listCallsTaken(scene, number)).toEqual([]);
  expect(await listBatches(scene, number)).toMatchObject([{ state: 'waiting', attempt: 0 }]);
  expect(await run(['work'])).toMatchObject({ status: 1, output: expect.stringContaining(sentence) });
  await setReadOnly(false);
  await until(
    'the issue is sent',
    async () => {
      await letTimePass(writing);
      return (await getIssueNamed(writing, number)).state === 'sent';
    },
    60,
  ).catch((e) => {
    console.log(
      'OUT2',
      worker
        .output()
        .replaceAll(/"stack":"[^"]*"/g, '')
        .slice(-9000),
    );
    throw e;
  });
  await expectWhole(scene, number);
  expect(await worker.stop('SIGTERM')).toBe(0);
});
