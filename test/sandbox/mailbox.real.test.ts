import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestDatabase } from '../support/test-database.ts';
import { createTestDatabase } from '../support/test-database.ts';
import type { ListeningSandbox } from './listening-sandbox.ts';
import { mailTo, startListeningSandbox } from './listening-sandbox.ts';

let database: TestDatabase;
let s: ListeningSandbox;

beforeAll(async () => {
  database = await createTestDatabase();
  s = await startListeningSandbox({ databaseUrl: database.url });
});
afterAll(async () => {
  await s?.close();
  await database?.drop();
});

const open = async (path: string) => {
  const response = await fetch(`${s.origin}/sandbox${path}`);
  return { status: response.status, headers: response.headers, html: await response.text() };
};
const send = async (to: string, more: Record<string, unknown> = {}) =>
  (await s.resend.emails.send(mailTo(to, more), { idempotencyKey: `key-${to}` })).data?.id ?? '';

it('an empty mailbox says what to do', async () => {
  expect((await open('')).html).toContain('npm run demo');
  expect((await open('/webhooks')).html).toContain('No events yet');
  expect((await open('/requests')).html).toContain('No requests yet');
});

it('every page links an icon that its policy allows, and the search field has a label that is seen', async () => {
  await send('lin@example.com');
  for (const path of ['', '/webhooks', '/requests', '/mails/none']) {
    const { html, headers } = await open(path);
    expect(html).toContain('<link rel="icon" href="data:image/svg+xml,');
    expect(headers.get('content-security-policy')).toContain("img-src 'self' data:");
  }
  const { html } = await open('');
  expect(html).toMatch(/<label for="search">Address or subject<\/label><input id="search" type="search" name="q"/);
  expect(html).not.toContain('placeholder');
});

it('markup in names and subjects is text', async () => {
  const subject = '<script>alert(1)</script> & "quotes"';
  const id = await send('"<b>Ada</b>" <ada@example.com>'.replace('<b>Ada</b>', 'Ada'), {
    subject,
    headers: { 'X-A': '<i>' },
  });
  for (const page of [await open(''), await open(`/mails/${id}`)]) {
    expect(page.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quotes&quot;');
    expect(page.html).not.toContain('<script');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  }
  expect((await open(`/mails/${id}`)).html).toContain('&lt;i&gt;');
});

it('a mail’s page has its headers, tags, key, text, events and source', async () => {
  const tags = [{ name: 'issue_id', value: 'i-7' }];
  const headers = { 'List-Unsubscribe': '<https://example.com/u/1>' };
  const id = await send('mara@example.com', { tags, headers, text: 'Plain words' });
  const { html } = await open(`/mails/${id}`);
  for (const part of [
    'List-Unsubscribe',
    '&lt;https://example.com/u/1&gt;',
    'i-7',
    'key-mara@example.com',
    'Plain words',
    'delivered',
  ]) {
    expect(html).toContain(part);
  }
  const raw = await open(`/mails/${id}/raw`);
  expect(raw.headers.get('content-type')).toContain('text/plain');
  expect(raw.html).toContain('List-Unsubscribe: <https://example.com/u/1>\r\n');
});

it('a mail’s HTML is shown without scripts, origin or the page around it', async () => {
  const id = await send('noor@example.com', {
    html: '<html><head lang="en"></head><body><a href="https://example.com">go</a></body></html>',
  });
  const { html, headers } = await open(`/mails/${id}/html`);
  expect(html).toBe(
    '<html><head lang="en"><base target="_blank"></head><body><a href="https://example.com">go</a></body></html>',
  );
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/^sandbox /);
  expect(policy).not.toContain('allow-scripts');
  expect(policy).not.toContain('allow-same-origin');
});

it('mails are found by address and by subject, their wildcards taken as text', async () => {
  await send('bianca@example.com', { subject: '100 % ship against 75 %' });
  const found = async (search: string) => {
    const { html } = await open(`?q=${encodeURIComponent(search)}`);
    return html.includes('bianca@example.com');
  };
  expect(await found('BIANCA@')).toBe(true);
  expect(await found('0 % ship')).toBe(true);
  expect(await found('100%ship')).toBe(false);
  expect(await found('b_anca')).toBe(false);
  expect((await open('?q=nobody%40')).html).toContain('No mails match “nobody@”');
});

it('fifty mails are on a page, and the pages lead to one another', async () => {
  await s.resend.batch.send(Array.from({ length: 60 }, (_, index) => mailTo(`page-${index}@example.com`)));
  const first = await open('?q=page-');
  expect(first.html.match(/class="row"/g)).toHaveLength(50);
  expect(first.html).toContain('?q=page-&amp;page=2');
  const second = await open('?q=page-&page=2');
  expect(second.html.match(/class="row"/g)).toHaveLength(10);
  expect(second.html).toContain('51–60 of 60 mails');
});

it.each([
  '?page=0',
  '?page=-1',
  '?page=x',
  '?page=1.5',
  '?page=1e99',
  '?q=%00',
  `?q=${'x'.repeat(5000)}`,
  '?page=99999',
])('a list takes %s without failing', async (query) => {
  for (const path of ['', '/webhooks', '/requests']) expect((await open(path + query)).status).toBe(200);
});

it.each(['/mails/x', '/mails/x/html', '/mails/x/raw', '/mails/5f1c9d3e-0000-4000-8000-000000000000'])(
  '%s is no mail and says so',
  async (path) => {
    const { status, html } = await open(path);
    expect(status).toBe(404);
    expect(html).toContain('There is no such mail');
  },
);

it('the logs show events and requests', async () => {
  await s.fault({ kind: 'status', status: 503 });
  await s.resend.emails.send(mailTo('ada@example.com'), { idempotencyKey: 'logged' });
  const requests = await open('/requests?q=logged');
  for (const part of ['503', 'service_unavailable', 'fault status', 'faulted']) expect(requests.html).toContain(part);
  expect((await open('/webhooks?q=mara%40')).html).toContain('mara@example.com');
});
