import type { ExpressionBuilder, Selectable } from 'kysely';
import type { Database, Db, Tx } from '../database.ts';
import type { IssueState } from './issue.ts';
import { openStates } from './issue-states.ts';
import type { CardsTable, IssuesTable, RevisionsTable, VariantsTable } from './tables.ts';

/** One numbered weekly send. */
export type Issue = Selectable<IssuesTable>;

/** One approved rendering of an issue, never changed afterwards. */
export interface Revision extends Selectable<RevisionsTable> {
  /** By position. */
  cards: Selectable<CardsTable>[];
  /** By ordinal. */
  variants: Selectable<VariantsTable>[];
}

const issuesListedLimit = 500;

/** The issue that has this number now; a skipped issue and one cancelled before it went out have none. */
export async function findIssueByNumber(db: Db, number: number): Promise<Issue | undefined> {
  return db.selectFrom('issues').selectAll().where('number', '=', number).executeTakeFirst();
}

/** By id; throws when there is none. */
export async function getIssue(db: Db, id: string): Promise<Issue> {
  return db.selectFrom('issues').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

/** The one issue that is draft, approved, sending or paused. */
export async function findOpenIssue(db: Db): Promise<Issue | undefined> {
  return db.selectFrom('issues').selectAll().where('state', 'in', openStates).executeTakeFirst();
}

/** Locks an issue until the transaction ends; every change of state begins here. Throws when there is none. */
export async function lockIssue(tx: Tx, id: string): Promise<Issue> {
  return tx.selectFrom('issues').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
}

/** The newest first; 500 at most. */
export async function listIssues(db: Db, limit = 50): Promise<Issue[]> {
  return db
    .selectFrom('issues')
    .selectAll()
    .orderBy('composedAt', 'desc')
    .orderBy('id')
    .limit(Math.min(limit, issuesListedLimit))
    .execute();
}

/** What has gone out or is going out, newest first, for the archive: also a cancelled one that reached somebody; 500 at most. */
export async function listSentIssues(db: Db, limit = 50): Promise<Issue[]> {
  return db
    .selectFrom('issues')
    .selectAll()
    .where((eb) => eb.or([eb('state', 'in', outStates), hasReachedSomebody(eb)]))
    .orderBy('number', 'desc')
    .limit(Math.min(limit, issuesListedLimit))
    .execute();
}

/** The same for one number; undefined for a draft, and for what nobody got. */
export async function findSentIssueByNumber(db: Db, number: number): Promise<Issue | undefined> {
  return db
    .selectFrom('issues')
    .selectAll()
    .where('number', '=', number)
    .where((eb) => eb.or([eb('state', 'in', outStates), hasReachedSomebody(eb)]))
    .executeTakeFirst();
}

const outStates: IssueState[] = ['sending', 'paused', 'sent'];

/** A cancelled issue some readers hold: their mails link here. */
function hasReachedSomebody(eb: ExpressionBuilder<Database, 'issues'>) {
  const accepted = eb
    .selectFrom('deliveries')
    .select('deliveries.id')
    .whereRef('deliveries.issueId', '=', 'issues.id')
    .where('deliveries.state', '=', 'accepted');
  return eb.and([eb('issues.state', '=', 'cancelled'), eb.exists(accepted)]);
}

/** A revision with its cards and variants; throws when there is none. It never changes, so callers may keep it in memory. */
export async function getRevision(db: Db, id: string): Promise<Revision> {
  const revision = await db.selectFrom('revisions').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const cards = await db.selectFrom('cards').selectAll().where('revisionId', '=', id).orderBy('position').execute();
  const variants = await db
    .selectFrom('variants')
    .selectAll()
    .where('revisionId', '=', id)
    .orderBy('ordinal')
    .execute();
  return { ...revision, cards, variants };
}

/** Whether an approval of this issue was ever given, standing or taken back. */
export async function hasApproval(db: Db, issueId: string): Promise<boolean> {
  const row = await db.selectFrom('approvals').select('id').where('issueId', '=', issueId).limit(1).executeTakeFirst();
  return row !== undefined;
}

/** Marks the standing approval of an issue as taken back. */
export async function voidStandingApproval(tx: Tx, voiding: { issueId: string; at: Date; why: string }): Promise<void> {
  await tx
    .updateTable('approvals')
    .set({ voidedAt: voiding.at, voidedWhy: voiding.why })
    .where('issueId', '=', voiding.issueId)
    .where('voidedAt', 'is', null)
    .execute();
}
