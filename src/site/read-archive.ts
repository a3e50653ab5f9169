import type { Context } from '../context.ts';
import { findSentIssueByNumber, getRevision, listSentIssues } from '../issues/queries.ts';
import { readMail } from '../issues/render/assemble.ts';
import { writeDateLine } from '../issues/render/date-line.ts';
import { findSchedule } from '../schedule/queries.ts';
import { defaultSlot } from '../schedule/schedule.ts';

/** One line of the archive. */
export interface ArchivedIssue {
  number: number;
  subject: string;
  preheader: string;
  /** "Thursday 26 November 2026", in the schedule's zone. */
  dateLine: string;
}

/** Issues on the archive page; older ones keep their own page. */
export const archiveLimit = 500;

/** What has gone out or is going out, newest first. */
export async function listArchive({ db }: Pick<Context, 'db'>, limit = archiveLimit): Promise<ArchivedIssue[]> {
  const issues = await listSentIssues(db, limit);
  const timeZone = (await findSchedule(db))?.timeZone ?? defaultSlot.timeZone;
  return issues.flatMap((issue) => {
    const { number, subject, preheader, frozenAt, composedAt } = issue;
    if (number === null) return [];
    return [{ number, subject, preheader, dateLine: writeDateLine(issue.sendAt ?? frozenAt ?? composedAt, timeZone) }];
  });
}

export interface ArchivedMail {
  number: number;
  subject: string;
  preheader: string;
  html: string;
}

/** Stands where a reader's own links would; the archive cuts the parts that hold them. */
export const personalLink = '#yours-alone';
/** Stands for the issue's own address: in the archive it leads nowhere. */
export const selfLink = '#this-issue';

const nobody = { to: '', firstName: null, issueId: '', deliveryId: '' };

/** The mail of an issue that has gone out or is going out, with nobody's links in it; undefined for any other number. */
export async function findArchivedMail({ db }: Pick<Context, 'db'>, number: number): Promise<ArchivedMail | undefined> {
  const issue = await findSentIssueByNumber(db, number);
  if (issue === undefined || issue.revisionId === null) return undefined;
  const revision = await getRevision(db, issue.revisionId);
  const positions = revision.cards.map(({ position }) => position);
  const { html } = readMail(revision, positions, { ...nobody, unsubscribeUrl: personalLink, archiveUrl: selfLink });
  const { subject, preheader } = revision.envelope;
  return { number, subject, preheader, html };
}
