import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { showDeskIssues } from '../../src/desk/issue-list.tsx';
import { showPreview, showPreviewMail } from '../../src/desk/preview.tsx';
import { securityHeaders } from '../../src/platform/http/security-headers.ts';
import { createTestContext } from '../issues/test-context.ts';
import { insertSentIssue } from '../site/insert-sent-issue.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let test: TestDatabase;
let keyId: string;
beforeEach(async () => {
  test = await createTestDatabase();
  keyId = createContext().keys.signingKeyId;
});
afterEach(() => test.drop());

function createContext() {
  return createTestContext(test.db, '2026-12-01T09:00:00Z');
}

function createDesk(isSandbox = true): Hono {
  const made = createContext();
  const ctx = { ...made, config: { ...made.config, isSandbox } };
  const app = new Hono({ strict: false });
  app.use(securityHeaders());
  app.get('/desk/issues', showDeskIssues(ctx));
  app.get('/desk/issues/:number/preview', showPreview(ctx));
  app.get('/desk/issues/:number/preview/mail', showPreviewMail(ctx));
  return app;
}

async function pageOf(path: string): Promise<string> {
  const answer = await createDesk().request(path);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  return answer.text();
}

const paths = ['/desk/issues', '/desk/issues/1/preview', '/desk/issues/1/preview/mail'];

describe('the desk', () => {
  it.each(paths)('%s is not there outside the sandbox', async (path) => {
    await insertSentIssue(test.db, { number: 1, keyId });
    expect((await createDesk(false).request(path)).status).toBe(404);
    expect((await createDesk(true).request(path)).status).toBe(200);
  });

  it('names the next step when there is no issue', async () => {
    expect(await pageOf('/desk/issues')).toContain('issue compose');
  });

  it('lists every issue with its state', async () => {
    await insertSentIssue(test.db, { number: 1, keyId });
    await insertSentIssue(test.db, { number: 2, keyId, state: 'approved' });
    const values = {
      number: null,
      state: 'skipped' as const,
      stateReason: 'nothing new',
      subject: 'Empty',
      preheader: '',
      composedBy: 'test',
    };
    await test.db.insertInto('issues').values(values).execute();
    const page = await pageOf('/desk/issues');
    for (const words of [
      'sent',
      'approved',
      'skipped',
      'nothing new',
      '/desk/issues/1/preview',
      '/desk/issues/2/preview',
    ]) {
      expect(page).toContain(words);
    }
    expect(page.match(/href="\/issues\/\d"/g)).toEqual(['href="/issues/1"']);
  });

  it.each(['7', '0', 'x'])('has no preview of issue %s', async (number) => {
    for (const path of [`/desk/issues/${number}/preview`, `/desk/issues/${number}/preview/mail`]) {
      expect((await createDesk().request(path)).status).toBe(404);
    }
  });
});

describe('the preview', () => {
  it('shows every look side by side, with the checks and the inbox row', async () => {
    await insertSentIssue(test.db, { number: 1, keyId, state: 'approved' });
    const page = await pageOf('/desk/issues/1/preview');
    expect(page.match(/<iframe/g)).toHaveLength(3);
    expect(page.match(/sandbox="allow-popups allow-popups-to-escape-sandbox"/g)).toHaveLength(3);
    expect(page.match(/scheme=dark/g)).toHaveLength(1);
    for (const words of [
      'Phone, 360 px',
      'Desktop, 640 px',
      'Dark, 360 px',
      'In the inbox',
      'checks passed',
      'Unsubscribe',
    ]) {
      expect(page).toContain(words);
    }
  });

  it('shows a draft that cannot be approved, with the reason', async () => {
    const values = {
      number: 1,
      state: 'draft' as const,
      subject: 'A draft',
      preheader: 'Of nothing',
      composedBy: 'test',
    };
    await test.db.insertInto('issues').values(values).execute();
    const answer = await createDesk().request('/desk/issues/1/preview');
    expect([200, 409]).toContain(answer.status);
    expect(await answer.text()).toMatch(/pick/);
  });

  it('shows the mail in the scheme asked for, whatever the viewer’s own is', async () => {
    await insertSentIssue(test.db, { number: 1, keyId });
    const light = await pageOf('/desk/issues/1/preview/mail?scheme=light');
    const dark = await pageOf('/desk/issues/1/preview/mail?scheme=dark');
    expect(light + dark).not.toContain('prefers-color-scheme');
    expect(light).toContain('@media not all{');
    expect(dark).toContain('@media all{');
    expect(dark).toContain('color-scheme:dark');
  });

  it('keeps the mail in an origin of its own', async () => {
    await insertSentIssue(test.db, { number: 1, keyId });
    const { headers } = await createDesk().request('/desk/issues/1/preview/mail');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/sandbox allow-popups/);
    expect(policy).not.toMatch(/allow-scripts|allow-same-origin/);
    expect(policy).toContain("default-src 'none'");
  });
});
