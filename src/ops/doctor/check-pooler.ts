import pg from 'pg';
import { usualLimits } from '../../platform/db.ts';
import { type Finding, fault, ok, wordsOf } from './finding.ts';
import { answerLimitMs, type Patient } from './patient.ts';

const check = 'database sessions';
const rounds = 3;
const mend =
  'Use the direct address of Postgres, or the pooler in session mode: locks and notifications of the queue belong to a session.';

/**
 * Whether a session stays with its connection. Behind a pooler in transaction mode (PgBouncer) two connections that are both open
 * can be served by one backend, and what one sets the other reads.
 */
export async function checkPooler({ database }: Pick<Patient, 'database'>): Promise<Finding> {
  if (database === null) throw new Error('the database does not answer');
  // As the program itself connects: a pooler may refuse these settings at the door.
  const clients = [1, 2].map(
    () => new pg.Client({ connectionString: database.url, connectionTimeoutMillis: answerLimitMs, ...usualLimits }),
  );
  // A connection that breaks is told by the query on it.
  for (const client of clients) client.on('error', () => {});
  try {
    for (const client of clients) await client.connect();
    return (await areShared(clients))
      ? fault(check, 'Two open connections are one session: a pooler in transaction mode stands between.', mend)
      : ok(check, 'A connection keeps its session.');
  } catch (error) {
    const words = wordsOf(error);
    if (!/startup parameter/i.test(words)) throw error;
    const names = Object.keys(usualLimits).join(', ');
    return fault(
      check,
      `A pooler refuses the program's settings (${words}).`,
      `${mend} It must pass or ignore ${names}.`,
    );
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => {})));
  }
}

async function areShared(clients: pg.Client[]): Promise<boolean> {
  for (let round = 1; round <= rounds; round += 1) {
    for (const [index, client] of clients.entries()) {
      await client.query("select set_config('verdicts.session', $1, false)", [`${round}-${index}`]);
    }
    const pids: unknown[] = [];
    for (const [index, client] of clients.entries()) {
      const { rows } = await client.query<{ word: string | null; pid: number }>(
        "select current_setting('verdicts.session', true) as word, pg_backend_pid() as pid",
      );
      if (rows[0]?.word !== `${round}-${index}`) return true;
      pids.push(rows[0].pid);
    }
    if (new Set(pids).size < pids.length) return true;
  }
  return false;
}
