import type { ListedMail, ProviderReader } from '../../../src/platform/provider-reader.ts';

/** What the provider says of one mail; a tag that is null is none, one that is undefined is not told. */
interface KeptMail {
  issueId?: string | null | undefined;
  /** Undefined: gone from the provider. */
  html?: string | null;
}

/** Mails as the list shows them, newest first, a second apart; their ids are their places. */
export function listedMails(mails: readonly { subject: string }[]): ListedMail[] {
  return mails.map(({ subject }, index) => ({
    id: String(index),
    from: 'verdicts@example.com',
    to: [`reader-${index}@example.com`],
    subject,
    createdAt: new Date(Date.UTC(2026, 10, 14) - index * 1000),
  }));
}

/** A provider that keeps these mails, and counts what it is asked. */
export function standInProvider(mails: readonly KeptMail[]): ProviderReader & { askedCount(): number } {
  let askedCount = 0;
  const ask = (id: string): KeptMail => {
    askedCount += 1;
    return mails[Number(id)] ?? {};
  };
  return {
    askedCount: () => askedCount,
    listMails: async () => {
      throw new Error('the list is not asked for here');
    },
    readTags: async (id) => {
      const { issueId } = ask(id);
      const tags: Record<string, string> = issueId == null ? {} : { issue_id: issueId };
      return { kind: 'read', value: issueId === undefined ? undefined : tags };
    },
    readHtml: async (id) => {
      const { html } = ask(id);
      return html === undefined
        ? { kind: 'refused', status: 404, words: '404 not_found' }
        : { kind: 'read', value: html };
    },
  };
}
