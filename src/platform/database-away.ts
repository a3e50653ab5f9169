import { sqlStateOf } from './sql-state.ts';

/** What the system says of a server that is not there, or of a line that broke. */
const systemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** What pg says where neither the system nor the server gave a code. */
const driverWords =
  /^Connection terminated|^timeout exceeded when trying to connect|^Client has encountered a connection error/;

/**
 * Whether an error of a query says that the server is going down, coming up, away or full: the same query may be answered later.
 * Source: PostgreSQL docs, errcodes: class 08, too_many_connections, admin_shutdown, crash_shutdown, cannot_connect_now,
 * idle_session_timeout.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const state = sqlStateOf(error);
  if (state !== undefined && /^(08...|53300|57P0[1235])$/.test(state)) return true;
  if ('code' in error && typeof error.code === 'string') return systemCodes.has(error.code);
  return driverWords.test(error.message);
}

/** What was said, for a person: of several addresses that were tried, of the first. */
export function wordsOfAway(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}
