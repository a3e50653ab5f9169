import { lookup as resolveHost } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, request, type Dispatcher } from 'undici';
import { acceptedEncodings, readCappedBody } from './capped-body.ts';
import { describeFetchFault } from './fetch-faults.ts';
import { isPublicAddress } from './public-address.ts';
import { isRefusal, type Refusal } from './refusal.ts';
import {
  bareHost,
  readWebAddress,
  refuseAddress,
  showAddress,
  type AddressRules,
  type WebAddress,
} from './web-address.ts';

/** Most redirects followed for one address. */
export const redirectsLimit = 5;
const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** What a fetch may do and take. */
export interface FetchRules extends AddressRules {
  /** Of the body, packed or unpacked. */
  bytesLimit: number;
  /** From the first look-up to the last byte, redirects included. */
  timeLimitMs: number;
  /** Media types taken, lower case. */
  contentTypes: readonly string[];
  userAgent: string;
  /** All addresses of a host; the system's resolver unless given. */
  lookup?: (host: string) => Promise<LookupAddress[]>;
}

export interface FetchedDocument {
  /** Where it came from, after redirects. */
  url: string;
  contentType: string;
  /** What the server says, in lower case; null when it says nothing. */
  charset: string | null;
  bytes: Buffer;
}

/**
 * Fetches a document from an address somebody gave, without being led into the private network: every host, redirects included, is
 * looked up once, refused unless all its addresses are public, and connected to at exactly those. Whatever goes wrong is a refusal.
 */
export async function fetchGuarded(address: string, rules: FetchRules): Promise<FetchedDocument | Refusal> {
  const signal = AbortSignal.timeout(rules.timeLimitMs);
  let next = address;
  for (let hop = 0; hop <= redirectsLimit; hop += 1) {
    const reached = await fetchOnce(next, rules, signal);
    if (isRefusal(reached) && hop > 0)
      return { ...reached, sentence: `${showAddress(address)} redirects, and ${reached.sentence}` };
    if (!('location' in reached)) return reached;
    next = reached.location;
  }
  return refuseAddress(address, `redirects more than ${redirectsLimit} times`);
}

type Redirect = { location: string };

async function fetchOnce(
  address: string,
  rules: FetchRules,
  signal: AbortSignal,
): Promise<FetchedDocument | Redirect | Refusal> {
  const target = readWebAddress(address, rules);
  if (isRefusal(target)) return target;
  try {
    const addresses = await orAborted(findAddresses(target, rules), signal);
    if (isRefusal(addresses)) return addresses;
    const agent = new Agent({
      connect: { lookup: answerWith(addresses), timeout: rules.timeLimitMs },
      headersTimeout: rules.timeLimitMs,
      bodyTimeout: rules.timeLimitMs,
    });
    try {
      return await ask(target.url, { ...rules, agent, signal });
    } finally {
      await agent.destroy();
    }
  } catch (error) {
    return refuseAddress(address, describeFetchFault(signal.aborted ? signal.reason : error, rules.timeLimitMs));
  }
}

/** Where the host leads, refused unless every one of its addresses is public or the rules name the host. */
async function findAddresses(target: WebAddress, rules: FetchRules): Promise<LookupAddress[] | Refusal> {
  const host = bareHost(target.url.hostname);
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  const addresses = await (rules.lookup ?? ((name: string) => resolveHost(name, { all: true })))(host);
  if (addresses.length === 0) return refuseAddress(target.url.href, 'has a host without an address');
  if (target.isAllowed || addresses.every(({ address }) => isPublicAddress(address))) return addresses;
  return refuseAddress(target.url.href, 'is not fetched: its host leads to no public address of the internet');
}

/** A look-up for the connection that knows one answer: DNS cannot lead it elsewhere between check and connect. */
function answerWith(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, options, answer) => {
    const [first] = addresses;
    if (options.all === true) answer(null, [...addresses]);
    else answer(null, first?.address ?? '', first?.family);
  };
}

async function ask(
  url: URL,
  { agent, signal, ...rules }: FetchRules & { agent: Agent; signal: AbortSignal },
): Promise<FetchedDocument | Redirect | Refusal> {
  const headers = {
    accept: rules.contentTypes.join(', '),
    'accept-encoding': acceptedEncodings,
    'user-agent': rules.userAgent,
  };
  const answer = await request(url, { dispatcher: agent, signal, headers });
  const location = headerOf(answer, 'location');
  if (redirectStatuses.has(answer.statusCode) && location !== '') {
    return URL.canParse(location, url.href)
      ? { location: new URL(location, url).href }
      : refuseAddress(url.href, 'redirects to what is no web address');
  }
  if (answer.statusCode !== 200)
    return refuseAddress(url.href, `answered ${answer.statusCode}: check that it opens in a browser`);
  const [contentType = '', ...parameters] = headerOf(answer, 'content-type').toLowerCase().split(';');
  if (!rules.contentTypes.includes(contentType.trim())) return refuseType(url, contentType.trim(), rules);
  const bytes = await readCappedBody(answer.body, headerOf(answer, 'content-encoding'), rules.bytesLimit);
  if (bytes === 'too-large')
    return refuseAddress(url.href, `has more than ${rules.bytesLimit} bytes; more is not taken`);
  if (bytes === 'unknown-encoding') return refuseAddress(url.href, 'is packed in a way this program does not read');
  const charset = /^\s*charset\s*=\s*"?([^"\s]+)/.exec(parameters.join(';'))?.[1] ?? null;
  return { url: url.href, contentType: contentType.trim(), charset, bytes };
}

function refuseType(url: URL, contentType: string, rules: FetchRules): Refusal {
  const is = contentType === '' ? 'does not say what it is' : `is ${contentType}`;
  return refuseAddress(url.href, `${is}; taken are ${rules.contentTypes.join(', ')}`);
}

function headerOf(answer: Dispatcher.ResponseData, name: string): string {
  const value = answer.headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

async function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new Error('aborted', { cause: signal.reason }));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
