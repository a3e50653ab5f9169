import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { openDb } from '../../src/platform/db.ts';

/** A database as it was, to be put back or opened beside the original. */
export interface Backup {
  /** Of the copy; gone once it is restored. */
  url: string;
  /** Puts it in the original's place, as a dump is restored: whoever was connected is cut off and comes again. */
  restore(): Promise<void>;
  drop(): Promise<void>;
}

/** Copies a database on its server as it is now; whoever is connected to it is cut off and comes again. */
export async function backUpDatabase(url: string): Promise<Backup> {
  const original = new URL(url).pathname.slice(1);
  const name = `t_${randomBytes(6).toString('hex')}`;
  const address = new URL(url);
  address.pathname = name;
  await onServerOf(url, original, (server) =>
    sql`create database ${sql.id(name)} template ${sql.id(original)}`.execute(server),
  );
  return {
    url: address.href,
    async restore() {
      await onServerOf(url, original, (server) => sql`drop database ${sql.id(original)} with (force)`.execute(server));
      await onServerOf(url, name, (server) =>
        sql`alter database ${sql.id(name)} rename to ${sql.id(original)}`.execute(server),
      );
    },
    async drop() {
      await onServerOf(url, name, (server) =>
        sql`drop database if exists ${sql.id(name)} with (force)`.execute(server),
      );
    },
  };
}

type Server = ReturnType<typeof openDb<unknown>>;

/** Somebody may be quicker to come again than what must have the database for itself: then once more. */
async function onServerOf(url: string, cut: string, work: (server: Server) => Promise<unknown>): Promise<void> {
  const address = new URL(url);
  address.pathname = 'postgres';
  const server = openDb<unknown>(address.href, { max: 1 });
  try {
    for (let tries = 1; ; tries += 1) {
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${cut}`.execute(server);
      const failed = await work(server).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failed === undefined) return;
      if (tries >= 100) throw failed;
    }
  } finally {
    await server.destroy();
  }
}
