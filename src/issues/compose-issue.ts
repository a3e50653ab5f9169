import { sql } from 'kysely';
import { listResolvedVersions } from '../comparisons/queries.ts';
import type { Context } from '../context.ts';
import type { Tx } from '../database.ts';
import type { Refusal } from '../platform/refusal.ts';
import { inTransaction } from '../platform/transaction.ts';
import { ensureSchedule } from '../schedule/queries.ts';
import type { Schedule } from '../schedule/schedule.ts';
import { recordAudit } from '../subscribers/audit.ts';
import { getNextNumber, listCandidates, mapLastFeatured } from './candidate-queries.ts';
import { findOpenIssue, type Issue } from './queries.ts';
import { type RankedPick, rankCandidates } from './rank-candidates.ts';
import type { MailPick } from './render/group-picks.ts';
import { writePreheader, writeSubject } from './render/subject-line.ts';

interface Composed {
  issue: Issue;
  /** Best first, as they stand in the issue. */
  picks: RankedPick[];
}

/** A draft; or nothing new to write about, which is no error; or another issue that must end first. */
export type ComposeResult = Composed | { skipped: string } | Refusal<'open-issue'>;

/** What stands where an issue would, when there is nothing to put in one. */
const nothingNew = 'nothing new';

export interface Composing {
  by: string;
  /** Null waits for a person to send it. */
  sendAt: Date | null;
  schedule: Pick<Schedule, 'picksCount'>;
  now: Date;
}

/** Drafts the next issue from what is new, as many picks as the schedule wants; asked twice at once it makes one. */
export async function composeIssue(
  ctx: Pick<Context, 'db' | 'clock'>,
  { by, sendAt = null }: { by: string; sendAt?: Date | null },
): Promise<ComposeResult> {
  const now = ctx.clock.now();
  const schedule = await ensureSchedule(ctx.db, now);
  return inTransaction(ctx.db, (tx) => composeIssueIn(tx, { by, sendAt, schedule, now }));
}

/** The same inside the transaction of a run, so that the run never loses sight of its issue. */
export async function composeIssueIn(tx: Tx, composing: Composing): Promise<ComposeResult> {
  await sql`select pg_advisory_xact_lock(hashtext('issues'))`.execute(tx);
  const open = await findOpenIssue(tx);
  if (open !== undefined) return refuseSecond(open);
  const picks = await choosePicks(tx, composing);
  if (picks.length === 0) return { skipped: nothingNew };
  const issue = await insertDraft(tx, picks, composing);
  await insertPicks(tx, issue.id, picks);
  await recordAudit(tx, {
    actor: composing.by,
    action: 'compose',
    entity: 'issue',
    entityId: issue.id,
    after: { number: issue.number, picks: picks.map((pick) => pick.candidate.comparison.slug) },
  });
  return { issue, picks };
}

async function choosePicks(tx: Tx, { schedule, now }: Composing): Promise<RankedPick[]> {
  const rows = await listCandidates(tx, now);
  const comparisons = await listResolvedVersions(
    tx,
    rows.map((row) => row.versionId),
  );
  const slugs = new Set(rows.flatMap((row) => [row.leftSlug, row.rightSlug]));
  const lastFeatured = await mapLastFeatured(tx, [...slugs]);
  const candidates = rows.flatMap(({ comparisonId, versionId, newAt }) => {
    const comparison = comparisons.get(versionId);
    return comparison === undefined ? [] : [{ comparisonId, versionId, comparison, newAt }];
  });
  return rankCandidates({ candidates, lastFeatured, now, picksCount: schedule.picksCount });
}

async function insertDraft(tx: Tx, picks: readonly RankedPick[], { by, sendAt, now }: Composing): Promise<Issue> {
  const written = picks.map(toMailPick);
  return tx
    .insertInto('issues')
    .values({
      number: await getNextNumber(tx),
      state: 'draft',
      sendAt,
      subject: writeSubject(written),
      preheader: writePreheader(written),
      composedAt: now,
      composedBy: by,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

function toMailPick({ candidate, reasons }: RankedPick, index: number): MailPick {
  const { comparison } = candidate;
  return { position: index + 1, comparison, reasons, link: comparison.url };
}

async function insertPicks(tx: Tx, issueId: string, picks: readonly RankedPick[]): Promise<void> {
  const rows = picks.map(({ candidate, score, reasons }, index) => ({
    issueId,
    position: index + 1,
    comparisonId: candidate.comparisonId,
    comparisonVersionId: candidate.versionId,
    score,
    reasons: JSON.stringify(reasons),
  }));
  await tx.insertInto('picks').values(rows).execute();
}

function refuseSecond({ number, state }: Issue): Refusal<'open-issue'> {
  const mend =
    state === 'draft' || state === 'approved' ? 'send or cancel it first' : 'it must be sent or cancelled first';
  return { refused: 'open-issue', sentence: `Issue ${number} is still ${state}; ${mend}.` };
}
