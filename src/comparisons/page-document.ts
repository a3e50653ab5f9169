import { warnOfControls, warnOfControlsInValue } from './control-characters.ts';
import { readComparisonInput } from './comparison-input.ts';
import { pageBytesLimit, parseComparisonPage, type ParsedPage } from './parse-page.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';

/** Longest page as HTML, in bytes; most of it is scripts and styles, the text in it is held to the limit of a text page. */
export const htmlBytesLimit = 8_000_000;
/** Largest JSON or NDJSON document, in bytes. */
export const jsonBytesLimit = 20_000_000;
/** Most comparisons one document may hold. */
export const documentComparisonsLimit = 10_000;

export type PageKind = 'text' | 'html' | 'json' | 'ndjson';

/** How many bytes a document may have, by what it is. */
export const bytesLimits: Record<PageKind, number> = {
  text: pageBytesLimit,
  html: htmlBytesLimit,
  json: jsonBytesLimit,
  ndjson: jsonBytesLimit,
};

/** The endings of the files that are read from a folder. */
export const kindOfEnding: ReadonlyMap<string, PageKind> = new Map([
  ['txt', 'text'],
  ['html', 'html'],
  ['htm', 'html'],
  ['xhtml', 'html'],
  ['json', 'json'],
  ['ndjson', 'ndjson'],
  ['jsonl', 'ndjson'],
]);

/** A text that somebody says holds comparisons. */
export interface PageDocument {
  text: string;
  /** As a person knows it: a path or an address. */
  source: string;
  /** By its ending or its media type; null when those say nothing. */
  named: PageKind | null;
  /** Its own address when it was fetched: what relative links in it start from. */
  address: string | null;
  bytesCount: number;
  now: Date;
}

/** One comparison of a document. */
export interface ReadComparison {
  kind: PageKind;
  /** With the line or number where a document holds several. */
  source: string;
  /** Refused where it could not be read; the sentence is without the source. */
  parsed: ParsedPage | Refusal;
  /** What a person should know of a page that comes in all the same, a sentence each. */
  warnings: string[];
}

/** Reads all comparisons a document holds; refused as a whole when it cannot be told what it is. */
export async function readPageDocument(document: PageDocument): Promise<ReadComparison[] | Refusal> {
  const { source, text } = document;
  const kind = tellKind(document);
  if (isRefusal(kind)) return kind;
  if (document.bytesCount > bytesLimits[kind]) {
    const sentence = `${source} has ${document.bytesCount} bytes; a page may have ${bytesLimits[kind]}, not more`;
    return { refused: 'bad-file', sentence };
  }
  switch (kind) {
    case 'text':
      return [{ kind, source, parsed: parseComparisonPage(text), warnings: warnOfControls(text) }];
    case 'html': {
      // Loaded when it is needed: it brings a whole HTML parser.
      const { parseHtmlPage } = await import('./html-page.ts');
      return [{ kind, source, parsed: parseHtmlPage(text, document), warnings: warnOfControls(text) }];
    }
    case 'json':
      return readJson(document);
    case 'ndjson':
      return readJsonLines(document);
  }
}

/** What is fetched by address has no ending to mend. */
const lookThere = 'see in a browser what stands at this address';
const htmlBeginning = /^(?:<!--[^]*?-->\s*|<\?xml\b[^>]*>\s*)*<(?:!doctype\s+html|html)\b/i;
const anyTag = /<(?:!doctype\s+html|[a-z][a-z\d-]*(?:\s[^<>]*)?\/?)>/i;

/** What a document is: its content where that is plain to see, its name where it is not; refused where the two disagree. */
function tellKind({ text, source, named, address }: PageDocument): PageKind | Refusal<'bad-file'> {
  const beginning = text.slice(0, 100_000).trimStart();
  const refuse = (sentence: string): Refusal<'bad-file'> => ({
    refused: 'bad-file',
    sentence: `${source} ${sentence}`,
  });
  const isMarkup = htmlBeginning.test(beginning);
  const isJson = /^[{[]/.test(beginning);
  const [verb, mend] = address === null ? ['named', 'give it the ending of what it is'] : ['sent', lookThere];
  if (text.trim() === '') return refuse(`is empty: ${address === null ? 'save the page again' : lookThere}`);
  if (named === 'json' || named === 'ndjson') {
    if (isJson || (!isMarkup && parseJson(named === 'json' ? text : firstLineOf(beginning)) !== undefined))
      return named;
    return refuse(`is ${verb} as JSON and is ${isMarkup ? 'HTML' : 'none'}: ${mend}`);
  }
  if (named === 'html') {
    if (anyTag.test(beginning)) return named;
    return refuse(`is ${verb} as HTML and has no markup in it: ${mend}${address === null ? ', such as .txt' : ''}`);
  }
  if (isMarkup) return 'html';
  if (!isJson) return 'text';
  return parseJson(text) !== undefined ? 'json' : parseJson(firstLineOf(beginning)) !== undefined ? 'ndjson' : 'text';
}

function firstLineOf(text: string): string {
  return text.split(/\r\n|\r|\n/, 1)[0] ?? '';
}

function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function readJson({ text, source }: PageDocument): ReadComparison[] | Refusal {
  const parsed = parseJson(text);
  const kind = 'json';
  if (parsed === undefined) return { refused: 'bad-file', sentence: `${source} is no JSON: see whether it is whole` };
  if (!Array.isArray(parsed.value)) return [{ kind, source, ...readValue(parsed.value) }];
  if (parsed.value.length === 0) return refuseEmpty(source);
  if (parsed.value.length > documentComparisonsLimit) return refuseTooMany(source);
  return parsed.value.map((value: unknown, index) => ({
    kind,
    source: `${source}, comparison ${index + 1}`,
    ...readValue(value),
  }));
}

/** What is no comparison may be anything, nested as deep as it likes: it is not looked at further. */
function readValue(value: unknown): Pick<ReadComparison, 'parsed' | 'warnings'> {
  const parsed = readComparisonInput(value);
  return { parsed, warnings: isRefusal(parsed) ? [] : warnOfControlsInValue(value) };
}

function readJsonLines({ text, source }: PageDocument): ReadComparison[] | Refusal {
  const lines = text
    .split(/\r\n|\r|\n/)
    .flatMap((line, index) => (line.trim() === '' ? [] : [{ line, number: index + 1 }]));
  if (lines.length === 0) return refuseEmpty(source);
  if (lines.length > documentComparisonsLimit) return refuseTooMany(source);
  return lines.map(({ line, number }) => ({
    kind: 'ndjson',
    source: `${source}, line ${number}`,
    ...readJsonLine(line),
  }));
}

function readJsonLine(line: string): Pick<ReadComparison, 'parsed' | 'warnings'> {
  const refuse = (refused: string, sentence: string) => ({ parsed: { refused, sentence }, warnings: [] });
  if (Buffer.byteLength(line) > pageBytesLimit)
    return refuse('too-long', `a comparison may have ${pageBytesLimit} bytes, not more`);
  const parsed = parseJson(line);
  if (parsed !== undefined) return readValue(parsed.value);
  return refuse('not-understood', 'this line is no JSON: each line holds one whole comparison');
}

function refuseEmpty(source: string): Refusal {
  return { refused: 'no-comparison', sentence: `${source} holds no comparison` };
}

function refuseTooMany(source: string): Refusal {
  const sentence = `${source} has more than ${documentComparisonsLimit} comparisons: split it`;
  return { refused: 'too-long', sentence };
}
