import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import type { Database } from '../../src/database.ts';
import { stopIssue } from '../../src/deliveries/stop-issue.ts';
import { tick } from '../../src/ops/tick.ts';
import { openDb } from '../../src/platform/db.ts';
import { openScene, type Scene, until, unwrap } from '../support/scene.ts';
import { approveAgain, getIssueNamed, holdSending, listBatches } from './sending.ts';

const readers = 30_000;
/** Far less than freezing so many takes, far more than anything else of a tick. */
const statementTimeoutMs = 150;
let scene: Scene;
/** The product where the database's own setting counts. */
let ctx: Context;
beforeAll(async () => {
  scene = await openScene({ readers: 1 });
  const { db } = scene.ctx;
  await sql`
    insert into subscribers (address, address_hash, state, time_zone, confirmed_at, prunable)
    select 'many-' || n || '@example.com', md5(n::text) || md5(n::text), 'active', 'UTC', now(), false
    from generate_series(1, ${readers - 1}::integer) n`.execute(db);
  await sql`analyze subscribers`.execute(db);
  await holdSending(scene);
  const name = new URL(scene.env.DATABASE_URL ?? '').pathname.slice(1);
  await sql`alter database ${sql.id(name)} set statement_timeout = ${sql.lit(statementTimeoutMs)}`.execute(db);
  ctx = { ...scene.ctx, db: openDb<Database>(scene.env.DATABASE_URL ?? '', { limits: 'none' }) };
});
afterEach(async () => {
  for (const { id } of await scene.ctx.db.selectFrom('issues').select('id').where('state', '=', 'sending').execute())
    unwrap(await stopIssue(scene.ctx, { issueId: id, by: 'test', reason: 'the test is over' }));
});
afterAll(async () => {
  await ctx?.db.destroy();
  await scene?.end();
});

async function approveDue(): Promise<number> {
  const number = await approveAgain(scene);
  await scene.ctx.db
    .updateTable('issues')
    .set({ sendAt: new Date(Date.now() - 1_000) })
    .where('number', '=', number)
    .execute();
  return number;
}

const frozenWhole = { state: 'sending', eligible: readers, waiting: readers, balanced: true };

it('42. the database gives statements less time than a large freeze takes: the freeze has its own', async () => {
  const slow = sql`insert into oracle.claims select gen_random_uuid(), gen_random_uuid(), '', array[s.id]
    from subscribers s, generate_series(1, 10)`;
  await expect(slow.execute(ctx.db)).rejects.toMatchObject({ code: '57014' });
  const number = await approveDue();
  await tick(ctx);
  expect(await scene.account(number)).toMatchObject(frozenWhole);
  expect(await listBatches(scene, number)).toHaveLength(readers / 100);
});

it('42. a freeze that is cancelled in the middle leaves nothing behind, does not end its tick, and runs again', async () => {
  const number = await approveDue();
  const other = openDb<Database>(scene.env.DATABASE_URL ?? '', { max: 2, limits: 'none' });
  const before = await readTickAt();
  let ticking: Promise<void> = Promise.resolve();
  await other.transaction().execute(async (tx) => {
    await sql`lock table deliveries in share mode`.execute(tx);
    ticking = tick(scene.ctx);
    await until('the freeze writes deliveries', async () => (await cancelWaiting()) === 1);
  });
  await ticking;
  await other.destroy();
  expect(await readTickAt()).not.toEqual(before);
  expect(await getIssueNamed(scene, number)).toMatchObject({ state: 'approved', frozenAt: null });
  expect(await listBatches(scene, number)).toEqual([]);
  await tick(scene.ctx);
  expect(await scene.account(number)).toMatchObject(frozenWhole);
});

/** Cancels the statement that waits to write deliveries, as an operator would; answers how many there were. */
async function cancelWaiting(): Promise<number> {
  const { rows } = await sql<{ cancelled: boolean }>`
    select pg_cancel_backend(pid) as cancelled from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and query ilike '%insert into deliveries%'`.execute(
    scene.ctx.db,
  );
  return rows.length;
}

async function readTickAt(): Promise<Date | undefined> {
  const tickRow = scene.ctx.db.selectFrom('settings').select('updatedAt').where('key', '=', 'tick');
  return (await tickRow.executeTakeFirst())?.updatedAt;
}
