import { describe, expect, test } from 'vitest';
import { edit, labelledText, parsePage, refusePage, unlabelledText } from './fixture-pages.ts';
import { parsePublishedAt, parseUrl, urlLengthLimit } from '../../src/comparisons/page-head.ts';

const withHead = (line: string) => edit(unlabelledText, 'AI tool comparison\n', `AI tool comparison\n${line}\n`);

test.each([
  ['Published 2026-11-03', '2026-11-03T00:00:00.000Z'],
  ['Published: 2026-11-03T09:30:00Z', '2026-11-03T09:30:00.000Z'],
  ['Published: 2026-11-03T09:30+01:00', '2026-11-03T08:30:00.000Z'],
  ['Published on 2026-11-03T09:30', '2026-11-03T09:30:00.000Z'],
  ['Published on November 3, 2026', '2026-11-03T00:00:00.000Z'],
  ['Published 3 November 2026', '2026-11-03T00:00:00.000Z'],
  ['Published Nov 3, 2026', '2026-11-03T00:00:00.000Z'],
])('"%s" is when the page came out', (line, publishedAt) => {
  const plain = parsePage(unlabelledText);
  expect(parsePage(withHead(line))).toMatchObject({ publishedAt, page: plain.page });
  const before = edit(unlabelledText, 'Weekly AI', `${line}\nWeekly AI`);
  const after = edit(unlabelledText, 'Get the next', `${line}\nGet the next`);
  const aboveTool = edit(unlabelledText, 'Deployment\n', `${line}\nDeployment\n`);
  for (const text of [before, after, aboveTool])
    expect(parsePage(text)).toMatchObject({ publishedAt, page: plain.page });
  expect(parsePage(edit(labelledText, 'Weekly AI', `${line}\n\nWeekly AI`)).publishedAt).toBe(publishedAt);
});

test('a page that does not say when it came out leaves it null', () => {
  expect(parsePage(unlabelledText)).toMatchObject({ publishedAt: null, url: null });
});

test.each([
  'Published 2026-02-30',
  'Published on Smarch 3, 2026',
  'Published: 03/11/2026',
  'URL: ftp://example.com',
  'URL: nowhere',
])('"%s" is refused with its line', (line) => {
  expect(refusePage(withHead(line))).toMatchObject({ refused: 'not-understood', line: 2 });
});

test('"Published by the panel" is no date and no fault', () => {
  expect(parsePage(withHead('Published by the panel')).publishedAt).toBeNull();
});

test('two dates are refused, the same date twice is not', () => {
  expect(refusePage(withHead('Published 2026-11-03\nPublished 2026-11-04'))).toMatchObject({
    refused: 'contradiction',
    line: 3,
  });
  expect(parsePage(withHead('Published 2026-11-03\nPublished on November 3, 2026')).publishedAt).toBe(
    '2026-11-03T00:00:00.000Z',
  );
});

test('words that begin with Published stay words', () => {
  const text = edit(labelledText, 'Twelve dollars is less', 'Published in 2024, it cost 3. Twelve dollars is less');
  expect(parsePage(text).page.left.takes.at(-1)?.words).toMatch(/^Published in 2024/);
});

const filled = (length: number) => 'https://example.com/'.padEnd(length, 'a');

describe('an address', () => {
  test.each(['URL: https://example.com/compare/a', 'Canonical: https://example.com/compare/a'])('%s', (line) => {
    expect(parsePage(withHead(line)).url).toBe('https://example.com/compare/a');
  });

  test.each(['javascript:alert(1)', 'https://', 'https://user:secret@example.com', 'http://a b', '//example.com'])(
    '%s is none',
    (text) => {
      expect(parseUrl(text)).toBeUndefined();
    },
  );

  test('at the length limit is read and one past it is not', () => {
    expect(parseUrl(filled(urlLengthLimit))).toBeDefined();
    expect(parseUrl(filled(urlLengthLimit + 1))).toBeUndefined();
  });
});

test.each(['2026-13-01', '2026-00-10', '2025-02-29', '2026-11-03T25:00Z', 'yesterday', '', '1969-12-31', 'may'])(
  '"%s" is no moment',
  (text) => {
    expect(parsePublishedAt(text)).toBeUndefined();
  },
);
