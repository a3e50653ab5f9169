import type { Db } from '../database.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';
import { findIssueByNumber, type Issue } from './queries.ts';

/** The issue with this number, or a refusal that says where to look. */
export async function findIssueNamed(db: Db, number: number): Promise<Issue | Refusal<'no-issue'>> {
  // A number Postgres cannot hold belongs to no issue either.
  const isNumber = Number.isInteger(number) && number >= 1 && number <= 2_147_483_647;
  const issue = isNumber ? await findIssueByNumber(db, number) : undefined;
  if (issue !== undefined) return issue;
  return { refused: 'no-issue', sentence: `There is no issue ${number}; \`issue list\` shows those there are.` };
}

/** What to do with an issue named by number: the work gets it, a refusal passes through. */
export async function withIssueNamed<Result>(
  db: Db,
  number: number,
  work: (issue: Issue) => Promise<Result>,
): Promise<Result | Refusal<'no-issue'>> {
  const issue = await findIssueNamed(db, number);
  return isRefusal(issue) ? issue : work(issue);
}
