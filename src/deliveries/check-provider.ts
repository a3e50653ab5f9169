import { z } from 'zod';
import type { Context } from '../context.ts';
import type { Read } from '../platform/provider-reader.ts';

/** Whether the provider takes the key; `sending-only` cannot be asked about domains, `unknown`: no answer for now. */
export type KeyState = 'good' | 'sending-only' | 'refused' | 'unknown';
/** Whether the provider sends for the sender's domain; `partly`: it does, with something amiss; `unknown`: it could not be asked. */
export type DomainState = 'verified' | 'partly' | 'unverified' | 'missing' | 'unknown';

/** What the provider says of our account, each state with a sentence and its mend. */
export interface ProviderCheck {
  /** Of the sender, in lower case. */
  domain: string;
  keyState: KeyState;
  keySentence: string;
  domainState: DomainState;
  domainSentence: string;
}

const pageSize = 100;
/** So many pages of domains are read at most; an account has a handful. */
const pagesLimit = 10;
const deadlineLimitMs = 10_000;

const domainsForm = z.object({
  has_more: z.boolean().optional(),
  data: z.array(z.object({ id: z.string(), name: z.string(), status: z.string() })),
});

/**
 * Asks the provider about the key and the domain of a sender (by default MAIL_FROM) without sending anything. The sandbox takes
 * every key and sender and is not asked. Never throws. Source: Resend docs, list-domains and managing domains.
 */
export async function checkProvider(
  ctx: Pick<Context, 'config' | 'mailer'>,
  from = ctx.config.mailFrom,
): Promise<ProviderCheck> {
  const domain = domainOf(from);
  if (ctx.config.isSandbox) return { domain, ...sandboxStates };
  const found = await findDomainStatus(ctx, domain);
  switch (found.kind) {
    case 'read':
      return { domain, ...keyStates.good, ...judgeDomain(domain, found.value) };
    case 'refused':
      return { domain, ...judgeRefusal(found), ...notAsked(domain, 'the key may not ask') };
    case 'silent':
      return { domain, ...keyStates.unknown, ...notAsked(domain, `no answer: ${found.words}`) };
  }
}

/** Why nothing may be frozen now, as a sentence; undefined when nothing speaks against it, and when nobody could be asked. */
export function findObstacle(check: ProviderCheck): string | undefined {
  if (check.keyState === 'refused') return check.keySentence;
  const isBad = check.domainState === 'unverified' || check.domainState === 'missing';
  return isBad ? check.domainSentence : undefined;
}

/** The domain of a sender such as `Name <local@domain>`, in lower case. */
export function domainOf(from: string): string {
  const address = /<([^<>]*)>\s*$/.exec(from)?.[1] ?? from;
  return address
    .slice(address.lastIndexOf('@') + 1)
    .trim()
    .toLowerCase();
}

type KeyWords = Pick<ProviderCheck, 'keyState' | 'keySentence'>;
type DomainWords = Pick<ProviderCheck, 'domainState' | 'domainSentence'>;

const keyStates = {
  good: { keyState: 'good', keySentence: 'The provider takes RESEND_API_KEY.' },
  unknown: { keyState: 'unknown', keySentence: 'The provider does not answer, so RESEND_API_KEY could not be tried.' },
} as const satisfies Record<string, KeyWords>;

const sandboxStates: KeyWords & DomainWords = {
  keyState: 'good',
  keySentence: 'The sandbox takes every key.',
  domainState: 'verified',
  domainSentence: 'The sandbox takes every sender.',
};

/** The status of our domain; null when the account has no such domain. */
async function findDomainStatus(ctx: Pick<Context, 'config' | 'mailer'>, domain: string): Promise<Read<string | null>> {
  const deadlineMs = Math.min(ctx.config.callDeadlineMs, deadlineLimitMs);
  let after = '';
  for (let pages = 1; ; pages += 1) {
    const path = `/domains?limit=${pageSize}${after}`;
    const page = await ctx.mailer.read({ path, form: domainsForm, deadlineMs });
    if (page.kind !== 'read') return page;
    const { data, has_more: hasMore = false } = page.value;
    const own = data.find(({ name }) => name.toLowerCase() === domain);
    if (own !== undefined) return { kind: 'read', value: own.status };
    const last = data.at(-1);
    if (!hasMore || last === undefined) return { kind: 'read', value: null };
    if (pages === pagesLimit) return { kind: 'silent', words: `not among the first ${pageSize * pagesLimit} domains` };
    after = `&after=${encodeURIComponent(last.id)}`;
  }
}

function judgeDomain(domain: string, status: string | null): DomainWords {
  if (status === 'verified')
    return { domainState: 'verified', domainSentence: `${domain} is verified at the provider.` };
  // Resend's own domain, open to every account for trying out.
  if (domain === 'resend.dev') return { domainState: 'verified', domainSentence: 'resend.dev needs no verification.' };
  if (status === null) {
    const domainSentence = `The provider account has no domain ${domain}: add it there and set its DNS records, or change MAIL_FROM.`;
    return { domainState: 'missing', domainSentence };
  }
  const mend = 'set the DNS records it shows there and press Verify';
  if (refusedStatuses.has(status)) {
    return {
      domainState: 'unverified',
      domainSentence: `${domain} is not verified at the provider (${status}): ${mend}.`,
    };
  }
  return {
    domainState: 'partly',
    domainSentence: `${domain} is "${status}" at the provider, which still sends: ${mend}.`,
  };
}

/** With these nothing is taken. A status this program does not know, or one of a domain that lost a record lately, stops nothing. */
const refusedStatuses = new Set(['not_started', 'pending', 'failed', 'failure']);

function judgeRefusal({ status, words }: { status: number; words: string }): KeyWords {
  if (words.includes('restricted_api_key')) {
    const keySentence =
      'RESEND_API_KEY may only send, which is a good choice: the sender domain cannot be looked up with it, nor what became of a mail.';
    return { keyState: 'sending-only', keySentence };
  }
  const isKey = status === 401 || status === 403;
  if (isKey)
    return {
      keyState: 'refused',
      keySentence: `The provider refuses RESEND_API_KEY (${words}): set one that is good.`,
    };
  return { keyState: 'unknown', keySentence: `RESEND_BASE_URL did not answer as Resend does (${words}).` };
}

function notAsked(domain: string, why: string): DomainWords {
  return { domainState: 'unknown', domainSentence: `Whether ${domain} is verified could not be asked (${why}).` };
}
