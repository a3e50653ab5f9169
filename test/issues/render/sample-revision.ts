import type { WeeklyIssueProps } from '../../../emails/weekly-issue-props.ts';
import type { MailValues } from '../../../src/issues/render/assemble.ts';
import { buildEnvelope, type EnvelopeFacts } from '../../../src/issues/render/build-envelope.ts';
import { buildMailProps } from '../../../src/issues/render/build-mail-props.ts';
import type { MailPick } from '../../../src/issues/render/group-picks.ts';
import { renderRevision } from '../../../src/issues/render/render-revision.ts';
import type { RevisionContent } from '../../../src/issues/render/revision-content.ts';
import { writePreheader, writeSubject } from '../../../src/issues/render/subject-line.ts';

const newsletterName = 'Weekly Verdicts';
const postalAddress = 'Weekly Verdicts, 12 Sample Street, 10115 Berlin';

export function sampleProps(picks: MailPick[]): WeeklyIssueProps {
  return buildMailProps({
    picks,
    issueNumber: 1,
    sendAt: new Date('2026-11-26T08:00:00Z'),
    timeZone: 'Europe/Berlin',
    newsletterName,
    postalAddress,
    preheader: writePreheader(picks),
    intro: null,
  });
}

export function sampleEnvelopeFacts(picks: MailPick[], changes: Partial<EnvelopeFacts> = {}): EnvelopeFacts {
  return {
    from: 'Weekly Verdicts <verdicts@example.com>',
    replyTo: 'desk@example.com',
    subject: writeSubject(picks),
    preheader: writePreheader(picks),
    publicUrl: 'https://mail.example.com',
    postalAddress,
    newsletterName,
    keyId: 'k1',
    issueNumber: 1,
    ...changes,
  };
}

/** The revision of these picks as it would be stored. */
export async function sampleRevision(picks: MailPick[]): Promise<RevisionContent> {
  return { ...(await renderRevision(sampleProps(picks))), envelope: buildEnvelope(sampleEnvelopeFacts(picks)) };
}

export function sampleValues(changes: Partial<MailValues> = {}): MailValues {
  return {
    to: 'ada@example.com',
    unsubscribeUrl: 'https://mail.example.com/unsubscribe/k1.cGF5bG9hZA.bWFj',
    archiveUrl: 'https://mail.example.com/issues/1',
    firstName: 'Ada',
    issueId: '018f4e9c-1d2b-7c3a-9e4f-5a6b7c8d9e0f',
    deliveryId: '018f4e9c-aaaa-7c3a-9e4f-5a6b7c8d9e0f',
    ...changes,
  };
}
