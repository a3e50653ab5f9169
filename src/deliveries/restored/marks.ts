import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../database.ts';
import { sqlStateOf } from '../../platform/sql-state.ts';

/** What tells the database that last sent from a restored or copied one; null where the server does not say. */
export interface Marks {
  /** Of the whole server, made by initdb. */
  systemId: string | null;
  /** Of this database on its server and of its table `installation`: a dump restored beside, in place of or into the original brings others. */
  databaseOid: string | null;
  /** Of the server's write-ahead log: rises with a restore to a point in time and when a standby takes over. */
  timeline: number | null;
  publicUrl: string | null;
}

/** Reads the marks as they are now. Managed servers may refuse one or the other; that one is null. */
export async function readMarks(db: Db, publicUrl: string): Promise<Marks> {
  const systemId = sql<{ value: string }>`select system_identifier::text as value from pg_control_system()`;
  const oid = sql<{ value: string }>`
    select d.oid || '/' || 'installation'::regclass::oid as value from pg_database d where datname = current_database()`;
  return {
    systemId: await readOne(db, systemId),
    databaseOid: await readOne(db, oid),
    timeline: (await readOne(db, timelineOfLog)) ?? (await readOne(db, timelineOfCheckpoint)),
    publicUrl,
  };
}

/** The first eight digits of a log file's name. Exact at once after a promotion, where the control file is late. */
const timelineOfLog = sql<{ value: number }>`
  select ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::integer as value`;
const timelineOfCheckpoint = sql<{ value: number }>`select timeline_id as value from pg_control_checkpoint()`;

async function readOne<T>(db: Db, query: RawBuilder<{ value: T }>): Promise<T | null> {
  try {
    return (await query.execute(db)).rows[0]?.value ?? null;
  } catch (error) {
    // A right that is missing, a function that is not there: this server does not say. Anything else is no answer at all.
    if (/^(42|0A|55)/.test(sqlStateOf(error) ?? '')) return null;
    throw error;
  }
}

/** The marks last written; undefined until this installation first got ready to send. */
export async function findWrittenMarks(db: Db): Promise<Marks | undefined> {
  const row = await db
    .selectFrom('installation')
    .select(['databaseSystemId as systemId', 'databaseOid', 'timeline', 'publicUrl', 'markedAt'])
    .executeTakeFirstOrThrow();
  const { markedAt, ...marks } = row;
  return markedAt === null ? undefined : marks;
}

/** Writes the marks; with `first` only where none stand yet, so that of two first starts the second compares. */
export async function writeMarks(
  db: Db,
  { systemId, ...marks }: Marks,
  { at, isFirst, providerSeenAt }: { at: Date; isFirst: boolean; providerSeenAt?: Date | null },
): Promise<void> {
  const seen = providerSeenAt === undefined ? {} : { providerSeenAt };
  const update = db.updateTable('installation').set({ ...marks, databaseSystemId: systemId, markedAt: at, ...seen });
  await (isFirst ? update.where('markedAt', 'is', null) : update).execute();
}

/** What differs, each as half a sentence; empty when this is the database that last sent. */
export function compareMarks(written: Marks, present: Marks): string[] {
  const isOtherServer = differs(written.systemId, present.systemId);
  const found: string[] = [];
  if (isOtherServer)
    found.push('the database lies on another server than the one it last sent from (restored or moved)');
  if (!isOtherServer && differs(written.databaseOid, present.databaseOid))
    found.push('the database was made anew on its server since it last sent (restored from a dump, or copied)');
  if (!isOtherServer && differs(written.timeline, present.timeline))
    found.push(
      `the server's timeline is ${present.timeline ?? 'not told'} and was ${written.timeline} (restored to a point in time, or a standby took over)`,
    );
  if (differs(written.publicUrl, present.publicUrl))
    found.push(
      `PUBLIC_URL is ${present.publicUrl} and was ${written.publicUrl} (moved, or a copy beside the original)`,
    );
  return found;
}

/** What was never told cannot differ. */
function differs<T>(written: T | null, present: T | null): boolean {
  return written !== null && written !== present;
}

/** What has come to be told since is written too, or it would never be compared. */
export function mergeMarks(written: Marks, present: Marks): Marks | undefined {
  const merged = {
    systemId: written.systemId ?? present.systemId,
    databaseOid: written.databaseOid ?? present.databaseOid,
    timeline: written.timeline ?? present.timeline,
    publicUrl: written.publicUrl ?? present.publicUrl,
  };
  return JSON.stringify(merged) === JSON.stringify({ ...merged, ...written }) ? undefined : merged;
}
