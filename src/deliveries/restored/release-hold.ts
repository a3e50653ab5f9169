import type { Context } from '../../context.ts';
import type { Db } from '../../database.ts';
import { pauseSendingIssue } from '../../issues/pause-issue.ts';
import { voidApproval } from '../../issues/void-approval.ts';
import type { Refusal } from '../../platform/refusal.ts';
import { inTransaction } from '../../platform/transaction.ts';
import { recordAudit } from '../../subscribers/audit.ts';
import { ringDueBatches } from '../ring-due-batches.ts';
import { findOpenIssue, listTaken, type OpenIssue, type TakenList } from './list-taken.ts';
import { findWrittenMarks, readMarks, writeMarks } from './marks.ts';
import { noteTaken } from './note-taken.ts';
import { type NotedIssue, noteUnknown, type Repeating, stopRepeating } from './note-unknown.ts';

export interface Release {
  by: string;
  /** Told how many mails of the provider's list were looked at so far. */
  onRead?: (count: number) => void;
}

export interface Released {
  issue: OpenIssue | undefined;
  /** Deliveries of it the provider had taken without this database knowing. */
  notedCount: number;
  /** Issues the provider took mails of that this database does not know as sent. */
  unknown: NotedIssue[];
  /** The open issue, where it repeats one of those. */
  repeating: Repeating | undefined;
  /** The provider's list cannot be read with this key, so what was still to be sent waits for a person. */
  isBlind: boolean;
  /** The provider names no tags, so that unknown issues cannot be told. */
  isUntagged: boolean;
  /** Mails from our sender that nobody asked for, of too many subjects. */
  unaskedCount: number;
}

const nothingFound = {
  notedCount: 0,
  unknown: [],
  repeating: undefined,
  isBlind: false,
  isUntagged: false,
  unaskedCount: 0,
} satisfies Partial<Released>;

/**
 * Lets a held installation send again, on a person's word that it is the one that shall: takes over what the provider has
 * taken of the open issue and of issues unknown here, writes the marks as they are now, and switches sending on. Refused while
 * the provider is silent.
 */
export async function releaseHold(ctx: Context, { by, onRead }: Release): Promise<Released | Refusal> {
  const { hold } = await ctx.db.selectFrom('sendingSwitch').select('hold').executeTakeFirstOrThrow();
  if (hold === null) return { refused: 'not-held', sentence: 'Sending is not held; `resume` is enough.' };
  const issue = await findOpenIssue(ctx.db);
  if (ctx.config.isSandbox) return release(ctx, { ...nothingFound, issue }, { by });
  const listed = await listTaken(ctx, issue, onRead);
  if (listed.kind === 'silent') {
    const sentence = `The provider does not answer (${listed.words}), so what it has taken cannot be noted; run it again when it does.`;
    return { refused: 'provider-silent', sentence };
  }
  if (listed.kind === 'refused') {
    if (issue !== undefined) await leaveToPerson(ctx, issue, by);
    return release(ctx, { ...nothingFound, issue, isBlind: true }, { by });
  }
  const found = await takeOver(ctx, listed.value, by);
  return release(ctx, { ...nothingFound, issue, ...found }, { by, seenAt: listed.value.newestAt });
}

/** Unknown issues come first: what is noted of them keeps an approval under way from coming through. */
async function takeOver(
  ctx: Context,
  { taken, unknown, isUntagged, unaskedCount }: TakenList,
  by: string,
): Promise<Omit<Released, 'issue' | 'isBlind'>> {
  const noted = await noteUnknown(ctx, unknown);
  const notedCount = taken === undefined ? 0 : await noteTaken(ctx, taken);
  return { notedCount, unknown: noted, repeating: await stopRepeating(ctx, by), isUntagged, unaskedCount };
}

const blindReason = 'the database was restored, and the provider does not say with this key whom it has mailed already';

/** What still waits goes only when a person says so once more, of this issue. */
async function leaveToPerson(ctx: Context, { id: issueId, number, state }: OpenIssue, by: string): Promise<void> {
  if (state === 'approved' && number !== null) await voidApproval(ctx, { number, by, why: blindReason });
  if (state !== 'sending') return;
  const at = ctx.clock.now();
  await inTransaction(ctx.db, (tx) => pauseSendingIssue(tx, { issueId, by, reason: blindReason, at }));
}

interface Releasing {
  by: string;
  /** Of the newest mail at the provider; undefined where it cannot be read. */
  seenAt?: Date | null;
}

async function release(ctx: Context, released: Released, { by, seenAt }: Releasing): Promise<Released> {
  const at = ctx.clock.now();
  const before = await findWrittenMarks(ctx.db);
  const after = await readMarks(ctx.db, ctx.config.publicUrl);
  await inTransaction(ctx.db, async (tx) => {
    // The sandbox sends nothing anywhere: the marks stay those of the installation that did.
    if (!ctx.config.isSandbox) {
      const seen = seenAt === undefined ? {} : { providerSeenAt: seenAt };
      await writeMarks(tx, after, { at, isFirst: false, ...seen });
    }
    const on = { isOn: true, hold: null, reason: null, resumesAt: null, changedAt: at, changedBy: by };
    await tx.updateTable('sendingSwitch').set(on).execute();
    const { issue, ...counts } = released;
    const note = JSON.stringify({ ...counts, issue: issue?.number ?? null });
    await recordAudit(tx, { actor: by, action: 'sending-released', entity: 'sending', before, after, note });
  });
  await ringDueBatches(ctx);
  return { ...released, issue: await reread(ctx.db, released.issue) };
}

/** As it stands now: noting may have bound it. */
async function reread(db: Db, issue: OpenIssue | undefined): Promise<OpenIssue | undefined> {
  return issue === undefined ? undefined : ((await findOpenIssue(db)) ?? issue);
}
