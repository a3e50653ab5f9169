import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { securityHeaders } from '../../src/platform/http/security-headers.ts';
import { showArchive, showIssue } from '../../src/site/archive.tsx';
import { showFailure, showNotFound } from '../../src/site/failure-pages.tsx';
import { showHome } from '../../src/site/home.tsx';
import { showStyle, styleUrl } from '../../src/site/style.ts';
import { samplePick, weekOne } from '../issues/render/sample-picks.ts';
import { createTestContext } from '../issues/test-context.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { insertSentIssue } from './insert-sent-issue.ts';

let test: TestDatabase;
let app: Hono;
beforeEach(async () => {
  test = await createTestDatabase();
  const ctx = createTestContext(test.db, '2026-12-01T09:00:00Z');
  app = new Hono({ strict: false });
  app.use(securityHeaders());
  app.get('/', showHome(ctx));
  app.get('/issues', showArchive(ctx));
  app.get('/issues/:number', showIssue(ctx));
  app.get('/assets/style.css', showStyle());
  app.get('/broken', () => {
    throw new Error('secret words');
  });
  app.notFound(showNotFound(ctx));
  app.onError(showFailure(ctx));
});
afterEach(() => test.drop());

async function pageOf(path: string, status = 200): Promise<string> {
  const answer = await app.request(path);
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^text\/html; charset=utf-8$/i);
  return answer.text();
}

function linkedIssues(page: string): (string | undefined)[] {
  return [...page.matchAll(/href="\/issues\/(\d+)"/g)].map(([, number]) => number);
}

describe('the archive', () => {
  it('says so when nothing has gone out', async () => {
    expect(await pageOf('/issues')).toContain('No issue has gone out yet');
    expect(await pageOf('/')).toContain('No issue has gone out yet');
  });

  it('lists what went out or is going out, newest first, and nothing else', async () => {
    await insertSentIssue(test.db, { number: 1 });
    await insertSentIssue(test.db, { number: 2, state: 'paused', sendAt: new Date('2026-11-26T08:00:00Z') });
    await test.db
      .insertInto('issues')
      .values({ number: 3, state: 'cancelled', subject: 'Secret draft', preheader: '', composedBy: 'test' })
      .execute();
    const page = await pageOf('/issues');
    expect(linkedIssues(page)).toEqual(['2', '1']);
    expect(page).toContain('Thursday 26 November 2026');
    expect(page).not.toContain('Secret draft');
    expect(await pageOf('/')).toContain('Read issue 2');
  });

  it.each(['draft', 'approved', 'cancelled', 'skipped'] as const)('an issue that is %s is not there', async (state) => {
    await insertSentIssue(test.db, { number: 1, state });
    expect(await pageOf('/issues/1', 404)).toContain('There is no such page');
  });

  it.each(['2', '0', '-1', '1.5', '01', 'abc', '99999999999999999999', '1%00', '%E0%A4%A'])(
    '/issues/%s is not there',
    async (number) => {
      await insertSentIssue(test.db, { number: 1 });
      expect(await pageOf(`/issues/${number}`, 404)).toContain('There is no such page');
    },
  );

  it.each(['sent', 'sending', 'paused'] as const)(
    'an issue that is %s is shown as its readers got it',
    async (state) => {
      await insertSentIssue(test.db, { number: 1, state });
      const page = await pageOf('/issues/1');
      expect(page).toContain('Gemma 3n');
      expect(page).toContain('prefers-color-scheme:dark');
      expect(page.match(/<html/g)).toHaveLength(1);
      expect(page.match(/<main/g)).toHaveLength(1);
    },
  );

  it('holds nothing that was one reader’s alone', async () => {
    await insertSentIssue(test.db, { number: 1 });
    const page = await pageOf('/issues/1');
    expect(page).not.toContain('/unsubscribe/');
    expect(page).not.toContain('Unsubscribe');
    expect(page).not.toContain('because you confirmed');
    expect(page).not.toContain('#yours-alone');
    expect(page).not.toContain('⟦');
    expect(page).toContain('sends one mail a week');
    expect(page).toContain('Why these picks');
  });

  it('leads nowhere where the mail would link the issue itself', async () => {
    const [first] = weekOne();
    if (first === undefined) throw new Error('the sample has picks');
    await insertSentIssue(test.db, { number: 1, picks: [samplePick(1, first.comparison, { link: null })] });
    const page = await pageOf('/issues/1');
    expect(page).not.toContain('#this-issue');
    expect(page).not.toContain('Read this issue on the web');
    expect(page).toContain('Gemma 3n');
  });

  it('leads on to the issues before and after', async () => {
    for (const number of [1, 3, 7]) await insertSentIssue(test.db, { number });
    expect(linkedIssues(await pageOf('/issues/1'))).toEqual(['3']);
    expect(linkedIssues(await pageOf('/issues/3'))).toEqual(['1', '7']);
    expect(linkedIssues(await pageOf('/issues/7'))).toEqual(['3']);
  });

  it('runs no script, whatever a page of ours or a mail holds', async () => {
    await insertSentIssue(test.db, { number: 1 });
    for (const path of ['/', '/issues', '/issues/1', '/nothing']) {
      const policy = (await app.request(path)).headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('script-src');
      expect(policy).toContain("base-uri 'none'");
    }
  });
});

describe('every page', () => {
  it('links a stylesheet that exists and may be kept for a year', async () => {
    expect(await pageOf('/issues')).toContain(`href="${styleUrl}"`);
    const named = await app.request(styleUrl);
    expect(named.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(named.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const etag = named.headers.get('etag') ?? '';
    expect((await app.request(styleUrl, { headers: { 'If-None-Match': etag } })).status).toBe(304);
    expect((await app.request('/assets/style.css?v=old')).headers.get('cache-control')).toBe('public, max-age=300');
  });

  it('that fails says so without the words of the failure', async () => {
    const page = await pageOf('/broken', 500);
    expect(page).toContain('Something went wrong here');
    expect(page).not.toContain('secret words');
  });

  it('that is not there is a page too', async () => {
    expect(await pageOf('/no/such/page', 404)).toContain('All issues');
  });
});

it('an issue cancelled after somebody got it stays in the archive, one that nobody got does not', async () => {
  const held = await insertSentIssue(test.db, { number: 3, state: 'cancelled' });
  await insertSentIssue(test.db, { number: 4, state: 'cancelled' });
  const { id: subscriberId } = await test.db
    .insertInto('subscribers')
    .values({ address: 'ada@example.com', addressHash: 'a'.repeat(64), state: 'active' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const at = new Date('2026-11-30T09:00:00Z');
  const { id: batchId } = await test.db
    .insertInto('batches')
    .values({ issueId: held, ordinal: 1, state: 'accepted', dueAt: at, ringAt: at })
    .returning('id')
    .executeTakeFirstOrThrow();
  const bound = { issueId: held, subscriberId, addressHash: 'a'.repeat(64), variant: 1, batchId, batchPosition: 0 };
  await test.db
    .insertInto('deliveries')
    .values({ ...bound, dueAt: at, state: 'accepted', acceptedAt: at })
    .execute();
  expect((await app.request('/issues/3')).status).toBe(200);
  expect((await app.request('/issues/4')).status).toBe(404);
  const archive = await (await app.request('/issues')).text();
  expect(archive).toContain('/issues/3');
  expect(archive).not.toContain('/issues/4');
});
