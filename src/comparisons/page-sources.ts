import { bytesLimits, htmlBytesLimit, jsonBytesLimit, type PageDocument, type PageKind } from './page-document.ts';
import { kindByName, listPageFiles, readPageFile } from './page-files.ts';
import { decodeText } from '../platform/decode-text.ts';
import { fetchGuarded, type FetchRules } from '../platform/guarded-fetch.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';

/** What is fetched by address: `text/plain` may also hold JSON lines. */
const kindOfType: ReadonlyMap<string, PageKind | null> = new Map([
  ['text/html', 'html'],
  ['text/plain', null],
  ['application/json', 'json'],
  ['application/x-ndjson', 'ndjson'],
]);

/** How addresses are fetched, unless a caller says otherwise. */
export const fetchRules: FetchRules = {
  allowHosts: [],
  ports: [80, 443],
  bytesLimit: htmlBytesLimit,
  timeLimitMs: 30_000,
  contentTypes: [...kindOfType.keys()],
  userAgent: 'weekly-verdicts',
};

/** Whether an argument is meant as an address rather than as a path. */
export function isAddress(given: string): boolean {
  return /^[a-z][a-z\d+.-]*:\/\//i.test(given);
}

/** The files or the one address that an argument stands for. */
export async function listPageSources(given: string): Promise<string[] | Refusal> {
  return isAddress(given) ? [given] : listPageFiles(given);
}

/** Reads one file or fetches one address; the text in it is decoded and not yet understood. */
export async function readPageSource(
  source: string,
  now: Date,
  rules: Partial<FetchRules> = {},
): Promise<PageDocument | Refusal> {
  return isAddress(source) ? fetchSource(source, now, { ...fetchRules, ...rules }) : readSourceFile(source, now);
}

async function readSourceFile(path: string, now: Date): Promise<PageDocument | Refusal> {
  const named = kindByName(path);
  const bytes = await readPageFile(path, named === null ? jsonBytesLimit : bytesLimits[named]);
  if (isRefusal(bytes)) return bytes;
  const text = decodeText(bytes, path, null);
  return isRefusal(text) ? text : { text, source: path, named, address: null, bytesCount: bytes.length, now };
}

async function fetchSource(address: string, now: Date, rules: FetchRules): Promise<PageDocument | Refusal> {
  const fetched = await fetchGuarded(address, rules);
  if (isRefusal(fetched)) return fetched;
  const text = decodeText(fetched.bytes, address, fetched.charset);
  if (isRefusal(text)) return text;
  const { url, contentType, bytes } = fetched;
  const named = kindOfType.get(contentType) ?? null;
  return { text, source: address, named, address: url, bytesCount: bytes.length, now };
}
