import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { inject } from 'vitest';
import type { Db } from '../../src/database.ts';
import { openDb } from '../../src/platform/db.ts';

export interface TestDatabase {
  db: Db;
  url: string;
  /** Closes the pool and deletes the database, whoever is still connected. */
  drop(): Promise<void>;
}

/** A fresh migrated database of its own for one test or one file. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  await onServer((server) => sql`create database ${sql.id(name)} template verdicts_template`.execute(server));
  const address = new URL(inject('postgresUrl'));
  address.pathname = name;
  const db: Db = openDb(address.href, { max: 5, applicationName: 'test' });
  return {
    db,
    url: address.href,
    async drop() {
      await db.destroy();
      await onServer((server) => sql`drop database if exists ${sql.id(name)} with (force)`.execute(server));
    },
  };
}

async function onServer(work: (server: Db) => Promise<unknown>): Promise<void> {
  const server: Db = openDb(inject('postgresUrl'), { max: 1, applicationName: 'test' });
  try {
    await work(server);
  } finally {
    await server.destroy();
  }
}
