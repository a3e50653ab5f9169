import { withTimeout } from '../../platform/with-timeout.ts';
import { checkDatabase, checkDatabaseClock } from './check-database.ts';
import { checkPages } from './check-pages.ts';
import { checkPooler } from './check-pooler.ts';
import { checkProviderAccount, checkProviderClock } from './check-provider-account.ts';
import { checkQueue } from './check-queue.ts';
import { checkRestoreMarks } from './check-restore-marks.ts';
import { checkSenderDns } from './check-sender-dns.ts';
import { type Finding, fault, unrelated, wordsOf } from './finding.ts';
import type { Patient } from './patient.ts';

/** One check with what must be well before it can be made. */
interface Check {
  names: readonly string[];
  needs: 'nothing' | 'database' | 'schema';
  look: (patient: Patient) => Promise<Finding | Finding[]>;
}

/** No check takes longer. */
export const checkLimitMs = 15_000;

const checks: readonly Check[] = [
  { names: ['database sessions'], needs: 'database', look: checkPooler },
  { names: ['database clock'], needs: 'database', look: checkDatabaseClock },
  { names: ['restore marks'], needs: 'schema', look: checkRestoreMarks },
  { names: ['queue'], needs: 'nothing', look: checkQueue },
  { names: ['provider key', 'sender domain'], needs: 'nothing', look: checkProviderAccount },
  { names: ['provider clock'], needs: 'nothing', look: checkProviderClock },
  { names: ['SPF', 'DKIM', 'DMARC'], needs: 'nothing', look: checkSenderDns },
  { names: ['PUBLIC_URL', 'webhook', 'unsubscribe link'], needs: 'schema', look: checkPages },
];

export interface Examination {
  patient: Patient;
  /** Whether the schema is the program's; it is known further right. */
  checkSchema: Check['look'];
}

/** Runs every check side by side and yields what they found in a fixed order, each as soon as it and those before are done. */
export async function* runChecks({ patient, checkSchema }: Examination): AsyncGenerator<Finding> {
  const database = bounded({ names: ['database'], needs: 'nothing', look: checkDatabase }, patient);
  const isUp = database.then(([found]) => patient.database !== null && found?.level === 'ok');
  const schema = isUp.then((up) =>
    up ? bounded({ names: ['migrations'], needs: 'database', look: checkSchema }, patient) : skip(['migrations']),
  );
  const needs = {
    nothing: Promise.resolve(true),
    database: isUp,
    schema: schema.then(([found]) => found?.level === 'ok'),
  };
  const others = checks.map(async (check) => {
    if (await needs[check.needs]) return bounded(check, patient);
    return skip(check.names);
  });
  for (const found of [database, schema, ...others]) yield* await found;
}

async function bounded({ names, look }: Check, patient: Patient): Promise<Finding[]> {
  try {
    return [await withTimeout(look(patient), checkLimitMs)].flat();
  } catch (error) {
    return names.map((name) =>
      fault(name, `Could not be looked at: ${wordsOf(error)}.`, 'Run it again; see the words.'),
    );
  }
}

function skip(names: readonly string[]): Finding[] {
  return names.map((name) => unrelated(name, 'Not looked at: it needs the database in order.'));
}
