import { findForeignMail } from '../../deliveries/restored/find-foreign-mail.ts';
import { describeForeign } from '../../deliveries/restored/guard-sending.ts';
import { compareMarks, findWrittenMarks, readMarks } from '../../deliveries/restored/marks.ts';
import { getSendingSwitch } from '../../deliveries/sending-switch.ts';
import { type Finding, fault, ok, unrelated, warning } from './finding.ts';
import type { Patient } from './patient.ts';

const check = 'restore marks';
const mend =
  'Compare `issue list` with what went out, then `resume --after-restore`, which says what went out of issues that are unknown here; leave a copy as it is, or set MAIL=sandbox there.';

/** Whether this is the database that last sent, and whether sending is held because it is not. */
export async function checkRestoreMarks({
  config,
  clock,
  database,
}: Pick<Patient, 'config' | 'clock' | 'database'>): Promise<Finding> {
  if (database === null) throw new Error('the database does not answer');
  const { db } = database;
  const { hold, reason } = await getSendingSwitch(db);
  if (hold !== null) return fault(check, reason ?? 'Sending is held.', mend);
  if (config.isSandbox) return unrelated(check, 'The sandbox sends nothing out, so nothing is held.');
  const written = await findWrittenMarks(db);
  if (written === undefined) return ok(check, 'Not written yet: the first start that may send writes them.');
  const differences = compareMarks(written, await readMarks(db, config.publicUrl));
  if (differences.length > 0) return fault(check, `The next start will hold sending: ${differences.join('; ')}.`, mend);
  const found = await findForeignMail({ config, clock, db });
  if (found.kind === 'read') {
    const findings = describeForeign(found.value);
    return findings.length === 0
      ? ok(check, 'This is the database that last sent, and it knows what the provider took last.')
      : fault(check, `The next start will hold sending: ${findings.join('; ')}.`, mend);
  }
  return warning(
    check,
    `This is the database that last sent; what the provider took last could not be asked (${found.words}).`,
    'With a key of full access a backup restored on the same server would be noticed too.',
  );
}
