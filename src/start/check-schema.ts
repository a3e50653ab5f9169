import { migrations } from '../../migrations/index.ts';
import { callOf } from '../config.ts';
import { type Finding, fault, ok } from '../ops/doctor/finding.ts';
import type { Patient } from '../ops/doctor/patient.ts';
import { listPendingMigrations } from '../platform/migrate.ts';
import { isRefusal } from '../platform/refusal.ts';

const check = 'migrations';

/** Whether the schema is the one this program knows. */
export async function checkSchema({ database }: Pick<Patient, 'database'>): Promise<Finding> {
  if (database === null) throw new Error('the database does not answer');
  const pending = await listPendingMigrations(database.db, migrations);
  if (isRefusal(pending)) return fault(check, pending.sentence, 'Run the newer version of the program.');
  if (pending.length === 0) return ok(check, `All ${Object.keys(migrations).length} are applied.`);
  return fault(check, `To be applied: ${pending.join(', ')}.`, `Run \`${callOf('migrate')}\`.`);
}
