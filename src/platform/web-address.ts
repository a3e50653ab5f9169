import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.ts';
import type { Refusal } from './refusal.ts';

/** Longest address that is fetched, in characters. */
export const webAddressLengthLimit = 2000;

/** Which web addresses may be fetched. */
export interface AddressRules {
  /** `host:port` each, such as `intranet.example:8080` or `[::1]:8080`: fetched wherever they lead. */
  allowHosts: readonly string[];
  /** The ports of all other hosts. */
  ports: readonly number[];
}

/** An address that may be asked, as far as can be told before its host is looked up. */
export interface WebAddress {
  url: URL;
  /** Named in the rules: where its host leads is not checked. */
  isAllowed: boolean;
}

/** Refuses an address; the sentence names it without what stands before an `@`, which could be a password. */
export function refuseAddress(address: string, words: string): Refusal<'bad-address'> {
  return { refused: 'bad-address', sentence: `${showAddress(address)} ${words}` };
}

/** An address as a sentence may show it: without name and password, and not too long. */
export function showAddress(address: string): string {
  const plain = address.replace(/^([a-z][a-z\d+.-]*:\/*)[^/?#\\]*@/i, '$1').replaceAll(/\p{Cc}/gu, '');
  return plain.length > 200 ? `${plain.slice(0, 200)}…` : plain;
}

/** Reads a web address and refuses what the rules forbid: other schemes and ports, credentials, disguised and private hosts. */
export function readWebAddress(text: string, rules: AddressRules): WebAddress | Refusal<'bad-address'> {
  if (text.length > webAddressLengthLimit)
    return refuseAddress(text, `is too long: an address may have ${webAddressLengthLimit} characters`);
  if (!URL.canParse(text)) return refuseAddress(text, 'is no web address: write it as https://example.com/page');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return refuseAddress(text, 'is not fetched: only http and https addresses are');
  if (url.username !== '' || url.password !== '')
    return refuseAddress(text, 'carries a name or password, and such addresses are not fetched: give it without');
  url.hash = '';
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  if (rules.allowHosts.includes(`${url.hostname}:${port}`)) return { url, isAllowed: true };
  const words = findFault(text, url);
  if (words !== undefined) return refuseAddress(text, words);
  if (!rules.ports.includes(port)) return refuseAddress(text, `is not fetched: its port ${port} is no web server's`);
  return { url, isAllowed: false };
}

/** What is wrong with the host; a URL has brought every numeric form into the plain one already. */
function findFault(text: string, url: URL): string | undefined {
  const host = bareHost(url.hostname);
  if (host.endsWith('.')) return 'is not fetched: its host ends with a dot';
  if (isIP(host) === 4 && hostAsWritten(text) !== host)
    return `is not fetched: its host is a number in disguise, ${host}`;
  if (isIP(host) !== 0 && !isPublicAddress(host))
    return 'is not fetched: its host is no public address of the internet';
  return undefined;
}

/** An IPv6 address without the brackets a URL puts round it. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function hostAsWritten(text: string): string {
  return (
    text
      .trim()
      .replace(/^[a-z]+:[/\\]*/i, '')
      .split(/[/\\?#]/)[0] ?? ''
  ).replace(/:\d*$/, '');
}
