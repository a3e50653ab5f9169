import type { Context } from '../../context.ts';
import type { Db } from '../../database.ts';
import type { Read } from '../../platform/provider-reader.ts';
import { getSendingSwitch } from '../sending-switch.ts';
import { findForeignMail, type Foreign } from './find-foreign-mail.ts';
import { holdSending } from './hold-sending.ts';
import { compareMarks, findWrittenMarks, type Marks, mergeMarks, readMarks, writeMarks } from './marks.ts';

/** `silent`: the provider did not answer, so that nobody can tell yet. */
export type Guarded = 'passed' | 'held' | 'silent';

let isTold = false;

/**
 * Makes sure before anything is sent that this is the database that last sent: not restored from an older backup, not a copy
 * beside the original. Where it is not, all sending is held until a person has looked. In the sandbox nothing leaves the
 * machine, so nothing is held there.
 */
export async function guardSending(ctx: Context, signal?: AbortSignal): Promise<Guarded> {
  if (ctx.config.isSandbox) return 'passed';
  if ((await getSendingSwitch(ctx.db)).hold !== null) return 'held';
  const written = await findWrittenMarks(ctx.db);
  const present = await readMarks(ctx.db, ctx.config.publicUrl);
  const isNew = written === undefined && !(await hasSent(ctx.db));
  const found = await findForeignMail(ctx, signal);
  tellRefused(ctx, found);
  const findings = written === undefined ? [] : compareMarks(written, present);
  if (found.kind === 'read' && !isNew) findings.push(...describeForeign(found.value));
  if (findings.length > 0) {
    await holdSending(ctx, findings);
    return 'held';
  }
  if (found.kind === 'silent') {
    ctx.log.warn(
      { words: found.words },
      'the provider cannot be asked what it took last; sending waits until it answers',
    );
    return 'silent';
  }
  return keepMarks(ctx, {
    written,
    present,
    seenAt: found.kind === 'read' ? found.value.newestAt : undefined,
  });
}

interface Keeping {
  written: Marks | undefined;
  present: Marks;
  /** Up to here the provider was looked through; what a new installation finds there is not its own. */
  seenAt: Date | null | undefined;
}

async function keepMarks(ctx: Context, { written, present, seenAt }: Keeping): Promise<Guarded> {
  const at = ctx.clock.now();
  if (written !== undefined) {
    const merged = mergeMarks(written, present);
    if (merged !== undefined) await writeMarks(ctx.db, merged, { at, isFirst: false });
    if (seenAt != null) await noteSeen(ctx.db, seenAt);
    return 'passed';
  }
  await writeMarks(ctx.db, present, { at, isFirst: true, ...(seenAt === undefined ? {} : { providerSeenAt: seenAt }) });
  const stands = await findWrittenMarks(ctx.db);
  // Somebody else's first start came before, under another PUBLIC_URL perhaps.
  return stands === undefined || compareMarks(stands, present).length === 0 ? 'passed' : guardSending(ctx);
}

/** The next look begins here: what was looked through once is not looked through again. */
async function noteSeen(db: Db, seenAt: Date): Promise<void> {
  await db
    .updateTable('installation')
    .set({ providerSeenAt: seenAt })
    .where((eb) => eb.or([eb('providerSeenAt', 'is', null), eb('providerSeenAt', '<', seenAt)]))
    .execute();
}

async function hasSent(db: Db): Promise<boolean> {
  return (await db.selectFrom('deliveries').select('id').limit(1).executeTakeFirst()) !== undefined;
}

const subjectLimit = 120;

/** What is wrong with what the provider took last, as half a sentence; none where nothing is. */
export function describeForeign({ mail, isWhole }: Foreign): string[] {
  if (mail !== undefined) {
    const { createdAt, subject } = mail;
    return [
      `at ${createdAt.toISOString()} the provider took a mail from our sender, "${subject.slice(0, subjectLimit)}", that this database knows nothing of (restored from an older backup, or a second installation uses the same sender)`,
    ];
  }
  if (isWhole) return [];
  return [
    'since this database last knew what was sent, the provider took more mails than can be looked through for one of ours',
  ];
}

/** Once a process: a key for sending only is a good choice, and this is its price. */
function tellRefused(ctx: Context, found: Read<Foreign>): void {
  if (found.kind !== 'refused' || isTold) return;
  isTold = true;
  ctx.log.warn(
    { words: found.words },
    'this key may not list what was sent, so a database restored on the same server cannot always be told; a key with full access can',
  );
}
