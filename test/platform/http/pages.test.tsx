import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { html } from '../../../src/platform/http/html.ts';
import { mailPolicy, sandboxedMailPolicy, securityHeaders } from '../../../src/platform/http/security-headers.ts';

const app = new Hono();
app.use(securityHeaders());
app.get('/page', (c) => html(c, <p title={'"'}>{'<b> & 👩‍👩‍👧'}</p>, 404));
app.get('/mail', (c) => {
  c.header('Content-Security-Policy', mailPolicy);
  c.header('Referrer-Policy', 'no-referrer');
  return c.html('');
});

it('a page is a whole document, escaped, in UTF-8', async () => {
  const answer = await app.request('/page');
  expect(answer.status).toBe(404);
  expect(answer.headers.get('content-type')).toMatch(/charset=utf-8/i);
  expect(await answer.text()).toBe('<!doctype html><p title="&quot;">&lt;b&gt; &amp; 👩‍👩‍👧</p>');
});

it('every answer carries the headers, the unknown page too', async () => {
  for (const path of ['/page', '/nothing']) {
    const { headers } = await app.request(path);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin');
    expect(headers.get('permissions-policy')).toContain('geolocation=()');
    expect(headers.get('strict-transport-security')).toBeNull();
  }
});

it('a handler’s own policy is kept', async () => {
  const { headers } = await app.request('/mail');
  expect(headers.get('content-security-policy')).toBe(mailPolicy);
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
});

it('no policy for mails lets a script run or a form be sent', () => {
  for (const policy of [mailPolicy, sandboxedMailPolicy]) {
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("form-action 'none'");
    expect(policy).not.toMatch(/script-src|allow-scripts|allow-same-origin|allow-forms/);
  }
});
