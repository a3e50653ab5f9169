import { Resolver } from 'node:dns/promises';
import { existsSync } from 'node:fs';
import type { Config } from '../config.ts';
import type { Database } from '../database.ts';
import type { Patient } from '../ops/doctor/patient.ts';
import { systemClock } from '../platform/clock.ts';
import { openDb } from '../platform/db.ts';
import { hasEmbeddedPostgres, startEmbeddedPostgres } from '../platform/embedded-postgres.ts';
import { createResendMailer } from '../platform/mailer.ts';
import { sandboxIdentity } from './open-context.ts';
import { secretsFileIn, withLocalSecrets } from './local-secrets.ts';

const dnsTimeoutMs = 2_000;
const dnsTriesCount = 2;
/** The provider is asked up to three times; all of it must end within a check. */
const askDeadlineMs = 4_000;

/** Opens what the checks look at, and makes nothing: an embedded database that is not there yet stays away. */
export async function openPatient(given: Config): Promise<{ patient: Patient; close: () => Promise<void> }> {
  const known = existsSync(secretsFileIn(given.dataDir)) ? withLocalSecrets(given) : given;
  const config = { ...known, callDeadlineMs: Math.min(known.callDeadlineMs, askDeadlineMs) };
  const { isSandbox, resendApiKey: apiKey, resendBaseUrl: baseUrl } = config;
  const mailer = createResendMailer(isSandbox ? { apiKey, baseUrl, identity: sandboxIdentity } : { apiKey, baseUrl });
  const resolver = new Resolver({ timeout: dnsTimeoutMs, tries: dnsTriesCount });
  const server = await openServer(config);
  const db = server === undefined ? undefined : openDb<Database>(server.url, { max: 4, limits: 'none' });
  const database = server === undefined || db === undefined ? null : { db, url: server.url };
  return {
    patient: { config, clock: systemClock, mailer, resolver, database },
    async close() {
      await db?.destroy();
      await server?.release();
    },
  };
}

async function openServer({
  databaseUrl,
  dataDir,
}: Config): Promise<{ url: string; release(): Promise<void> } | undefined> {
  if (databaseUrl !== null) return { url: databaseUrl, release: async () => {} };
  return (await hasEmbeddedPostgres(dataDir)) ? startEmbeddedPostgres({ dataDir }) : undefined;
}
