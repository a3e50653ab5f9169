import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { sql } from 'kysely';
import { openDb } from '../../platform/db.ts';
import type { FaultAction } from '../../sandbox/fault-rule.ts';
import { insertFault } from '../../sandbox/fault-queries.ts';
import { faultRuleSchema } from '../../sandbox/fault-rule.ts';
import type { Random } from './random.ts';
import type { Stage } from './stage.ts';

/** One disturbance on purpose; answers the sentence that tells of it. */
export type Act = (stage: Stage, random: Random) => Promise<string>;

const mostRequests = 2;
const frozenMs = 3_000;

/** Every kind of disturbance, by name. */
export const acts: Record<string, Act> = {
  'kill a worker': killWorker,
  'freeze a worker': freezeWorker,
  'drop answers': async (stage, random) => {
    const [words, action] = random.pick(lostAnswers);
    const times = await playFault(stage, action, 1 + random.below(mostRequests));
    return `the provider takes ${times} and ${words}`;
  },
  'refuse calls': async (stage, random) => {
    const [words, action] = random.pick(refusals);
    return `the provider answers ${await playFault(stage, action, 1 + random.below(mostRequests))} with ${words}`;
  },
  'throttle calls': async (stage, random) => {
    const headers = { 'retry-after': '1' };
    const action: FaultAction = { kind: 'status', status: 429, name: 'rate_limit_exceeded', headers, accept: false };
    return `the provider throttles ${await playFault(stage, action, 1 + random.below(mostRequests))}: 429`;
  },
  'lose the queue': loseQueue,
  'restart Postgres': restartPostgres,
};

const lostAnswers: readonly [[string, FaultAction], ...[string, FaultAction][]] = [
  ['cuts the connection before the answer', { kind: 'reset-after' }],
  ['never answers', { kind: 'timeout-after' }],
  ['answers 500 all the same', { kind: 'status', status: 500, accept: true }],
  ['cuts the answer in half', { kind: 'reset-after-headers' }],
  ['answers with a page of HTML', { kind: 'html-200' }],
  ['answers with one id too few', { kind: 'wrong-count', ids: 'fewer' }],
];
const refusals: readonly [[string, FaultAction], ...[string, FaultAction][]] = [
  ['nothing at all', { kind: 'timeout-before' }],
  ['a cut connection, nothing taken', { kind: 'reset-before' }],
  ['503', { kind: 'status', status: 503, accept: false }],
];

async function playFault({ sandboxDb }: Stage, action: FaultAction, times: number): Promise<string> {
  await insertFault(sandboxDb, faultRuleSchema.parse({ match: { path: '/emails/batch', times }, action }));
  return times === 1 ? 'the next batch' : `the next ${times} batches`;
}

async function killWorker(stage: Stage, random: Random): Promise<string> {
  const [worker] = stage.workers.splice(random.below(stage.workers.length), 1);
  await worker?.stop('SIGKILL');
  await stage.startWorker();
  return `worker ${worker?.pid} killed (SIGKILL); another takes its place`;
}

/** Long enough that its lease runs out and others take over what it holds. */
async function freezeWorker(stage: Stage, random: Random): Promise<string> {
  const worker = stage.workers[random.below(stage.workers.length)];
  worker?.kill('SIGSTOP');
  await wait(frozenMs);
  worker?.kill('SIGCONT');
  return `worker ${worker?.pid} stood still for ${frozenMs / 1000} s (SIGSTOP) and went on`;
}

async function loseQueue({ redisUrl, databaseUrl }: Stage): Promise<string> {
  if (redisUrl !== null) {
    const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1 });
    await redis.flushall();
    redis.disconnect();
    return 'every job lost (FLUSHALL)';
  }
  const db = openDb<unknown>(databaseUrl, { max: 1 });
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'bullmq' and table_name not like '%migration%'`.execute(db);
  const tables = sql.join(rows.map(({ name }) => sql.id('bullmq', name)));
  if (rows.length > 0) await sql`truncate ${tables} cascade`.execute(db);
  await db.destroy();
  return 'every job lost (the queue’s tables emptied)';
}

/** What a crash does: no checkpoint, every connection cut. It is started again at once and recovers from its log. */
async function restartPostgres({ databaseUrl }: Stage): Promise<string> {
  const db = openDb<unknown>(databaseUrl, { max: 1 });
  const { rows } = await sql<{ pid: string }>`
    select split_part(pg_read_file('postmaster.pid'), E'\n', 1) as pid`.execute(db);
  await db.destroy();
  process.kill(Number(rows[0]?.pid), 'SIGQUIT');
  return 'Postgres crashed (SIGQUIT) and starts again';
}
