import { z } from 'zod';
import { Failure } from '../start/failure.ts';
import { ask } from './terminal.ts';

/** What must be typed before a mail that may have arrived is sent once more. */
const confirmation = 'send again';

/** The reason a person gives; refused when it is empty. */
export function readNote(note: string | undefined): string {
  if (note !== undefined && note.trim() !== '') return note;
  throw new Failure('Say why with --note: it is kept with the decision.', { exitStatus: 2 });
}

/** The deliveries named, or all; refused when one is no id. `listing` is the command that lists their ids. */
export function readDeliveryIds(named: readonly string[] = [], listing: string): readonly string[] | 'all' {
  const odd = named.find((id) => !z.uuid().safeParse(id).success);
  if (odd !== undefined) throw new Failure(`${odd} is no delivery; \`${listing}\` lists their ids.`, { exitStatus: 2 });
  return named.length > 0 ? named : 'all';
}

/** Has the words typed, on the terminal or as an option, and refuses without them. */
export async function insistOnConfirmation(given: string | undefined): Promise<void> {
  const typed = given ?? (await ask(`Whoever got it already gets it twice. Type "${confirmation}" to go on: `));
  if (typed?.trim() === confirmation) return;
  throw new Failure(`Nothing was changed: sending again needs the words "${confirmation}", typed or as --confirm.`, {
    exitStatus: 2,
  });
}
