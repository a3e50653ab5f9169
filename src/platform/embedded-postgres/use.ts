import { setTimeout as wait } from 'node:timers/promises';
import { type ClusterOptions, ensureCluster, readPassword, roleName } from './cluster.ts';
import { connectKeeper, ensureDatabase, isPassing, type Keeper } from './keeper.ts';
import type { Place } from './place.ts';
import { findRunningServer, type RunningServer } from './postmaster-lock.ts';
import { startServer, stopServer } from './server.ts';

/** The database the program works in. */
const databaseName = 'verdicts';
/** Somebody else may be stopping the very server we found. */
const tryCount = 20;
const pauseMs = 250;

/** This process' use of a running server. Everything here is done under the folder's lock. */
export interface Use {
  server: RunningServer;
  password: string;
  keeper: Keeper;
  adopted: boolean;
}

/** Finds or starts the server, making its folder if need be, and declares the use. */
export async function beginUse(place: Place, options: ClusterOptions): Promise<Use> {
  await ensureCluster(place, options);
  const password = await readPassword(place);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryUse(place, password, { durable: options.durable });
    } catch (error) {
      if (!isPassing(error) || attempt === tryCount) throw error;
      await wait(pauseMs);
    }
  }
}

/** After the server went away under us: has it back at the same address, undefined when the database is another now. */
export async function resumeUse(place: Place, before: Use, options: { durable: boolean }): Promise<Use | undefined> {
  if ((await readPassword(place)) !== before.password) return undefined;
  const use = await tryUse(place, before.password, { durable: options.durable, port: before.server.port });
  if (use.server.port === before.server.port) return use;
  await endUse(place, use);
  return undefined;
}

/** Gives up the use; the last one stops the server. */
export async function endUse(place: Place, use: Use): Promise<void> {
  const server = await findRunningServer(place.folder);
  if (server !== undefined && (await isLastOne(use, server))) await stopServer(place.folder, server);
  await use.keeper.end();
}

/** The address of a database on a server in use, password included. */
export function urlOf({ server, password }: Pick<Use, 'server' | 'password'>, database = databaseName): string {
  // sslmode: else PGSSLMODE of the person's shell counts, and this server has no TLS.
  return `postgres://${roleName}:${password}@127.0.0.1:${server.port}/${database}?sslmode=disable`;
}

async function tryUse(place: Place, password: string, options: { durable: boolean; port?: number }): Promise<Use> {
  const running = await findRunningServer(place.folder);
  const server = running ?? (await startServer(place, options));
  try {
    const address = urlOf({ server, password }, 'postgres');
    await ensureDatabase(address, databaseName);
    return { server, password, keeper: await connectKeeper(address), adopted: running !== undefined };
  } catch (error) {
    if (running === undefined) await stopServer(place.folder, server);
    throw error;
  }
}

async function isLastOne(use: Use, server: RunningServer): Promise<boolean> {
  try {
    return await use.keeper.isLastOne();
  } catch {
    // The server was started anew since: ask again on a connection of today.
    const keeper = await connectKeeper(urlOf({ server, password: use.password }, 'postgres')).catch(() => undefined);
    const isLast = (await keeper?.isLastOne().catch(() => false)) ?? false;
    await keeper?.end();
    return isLast;
  }
}
