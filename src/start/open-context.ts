import { migrations } from '../../migrations/index.ts';
import { callOf, type Config } from '../config.ts';
import type { Context, Ring } from '../context.ts';
import type { Database, Db } from '../database.ts';
import { jobs } from '../jobs.ts';
import { systemClock } from '../platform/clock.ts';
import { openDb, takesWrites } from '../platform/db.ts';
import { EmbeddedPostgresRefused, startEmbeddedPostgres } from '../platform/embedded-postgres.ts';
import { armFailpoint } from '../platform/failpoint.ts';
import { createLog, type Log } from '../platform/log.ts';
import { createResendMailer, type ResendAccount } from '../platform/mailer.ts';
import { listPendingMigrations, migrateToLatest } from '../platform/migrate.ts';
import { openQueues, type Queues } from '../platform/queue.ts';
import { isRefusal } from '../platform/refusal.ts';
import { createKeyRing } from '../platform/token.ts';
import { ensureSchedule } from '../schedule/queries.ts';
import { Failure } from './failure.ts';
import { withLocalSecrets } from './local-secrets.ts';
import { openInstallation } from './open-installation.ts';

export interface OpenOptions {
  /** `migrate` brings the schema up to date, `refuse` stops when it is not. The embedded database is always migrated. */
  schema: 'migrate' | 'refuse';
  /** Told sentences a person should read while waiting. */
  say?: (sentence: string) => void;
}

/** A context with everything under it; close it when done, in whatever state it is. */
export interface Opened {
  ctx: Context;
  databaseUrl: string;
  queues: Queues;
  /** Names of the migrations just applied. */
  applied: string[];
  close(): Promise<void>;
}

const closeGraceMs = 5_000;

/** The sandbox as a provider account: it outlives ports and processes. */
export const sandboxIdentity = 'sandbox';

/** Opens database, queue, mailer and keys as the configuration says. Throws Failure with a sentence for whatever a person must mend. */
export async function openContext(given: Config, options: OpenOptions): Promise<Opened> {
  const config = withLocalSecrets(given);
  const log = createLog(config.logLevel);
  armFailpoint(config.failpoint, config.environment);
  const database = await openDatabase(config, log, options.say);
  const db = openDb<Database>(database.url);
  try {
    const applied = await bringSchema(db, database.url, config.databaseUrl === null ? 'migrate' : options.schema);
    const keys = createKeyRing(config.secrets);
    const installation = await openInstallation(db, keys);
    if (isRefusal(installation)) throw new Failure(installation.sentence);
    await ensureSchedule(db, systemClock.now());
    const { redisUrl, redisCa, redisPrefix } = config;
    const queues = openQueues({ redisUrl, redisCa, redisPrefix, databaseUrl: database.url }, log);
    const ctx: Context = {
      config,
      db,
      queue: { ring: ringOn(queues), findTrouble: () => queues.findTrouble() },
      mailer: createResendMailer(accountOf(config)),
      clock: systemClock,
      log,
      keys,
      pepper: installation.pepper,
    };
    const close = async () => {
      await queues.close(closeGraceMs);
      await db.destroy();
      await database.release();
    };
    return { ctx, databaseUrl: database.url, queues, applied, close };
  } catch (error) {
    await db.destroy();
    await database.release();
    throw error;
  }
}

/** The provider account as configured. The sandbox is always the same one, whichever port it is on; service.ts knows where. */
function accountOf({ isSandbox, resendApiKey: apiKey, resendBaseUrl: baseUrl }: Config): ResendAccount {
  return isSandbox ? { apiKey, baseUrl, identity: sandboxIdentity } : { apiKey, baseUrl };
}

function ringOn(queues: Queues): Ring {
  return async (name, payloads) => {
    const { queue, id } = jobs[name];
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- name and payload belong together by the type of Ring
    const idOf = id as (payload: unknown) => string;
    const bells = payloads.map((payload) => ({ name, id: idOf(payload), payload }));
    await queues.ring(queue, bells);
  };
}

interface OpenedDatabase {
  url: string;
  release(): Promise<void>;
}

async function openDatabase(config: Config, log: Log, say?: (sentence: string) => void): Promise<OpenedDatabase> {
  if (config.databaseUrl !== null) return { url: config.databaseUrl, release: async () => {} };
  try {
    const server = await startEmbeddedPostgres({ dataDir: config.dataDir, log, ...(say === undefined ? {} : { say }) });
    if (server.note !== undefined) say?.(server.note);
    return server;
  } catch (error) {
    if (error instanceof EmbeddedPostgresRefused) throw new Failure(error.sentence, { cause: error });
    throw error;
  }
}

async function bringSchema(db: Db, url: string, schema: 'migrate' | 'refuse'): Promise<string[]> {
  await refuseUnwritable(db);
  const pending = await listPendingMigrations(db, migrations);
  if (isRefusal(pending)) throw new Failure(pending.sentence);
  if (pending.length === 0) return [];
  if (schema === 'refuse') {
    throw new Failure(`The database schema is older than this program; run \`${callOf('migrate')}\` first.`);
  }
  const unlimited = openDb<Database>(url, { max: 2, limits: 'none' });
  try {
    const migrated = await migrateToLatest(unlimited, migrations);
    if (isRefusal(migrated)) throw new Failure(migrated.sentence);
    return migrated.applied;
  } finally {
    await unlimited.destroy();
  }
}

/** Consent and claims are read and written in one place: nothing runs on a copy that may lag behind. */
async function refuseUnwritable(db: Db): Promise<void> {
  const isWritable = await takesWrites(db).catch((cause: unknown) => {
    throw new Failure(`The database does not answer (${wordsOf(cause)}); check DATABASE_URL and that it runs.`, {
      cause,
    });
  });
  if (isWritable) return;
  throw new Failure(
    'The database takes no writes (a standby server, or default_transaction_read_only is on); name the primary server in DATABASE_URL.',
  );
}

function wordsOf(cause: unknown): string {
  const error = cause instanceof AggregateError ? cause.errors[0] : cause;
  return error instanceof Error ? error.message : String(error);
}
