import { Hono } from 'hono';
import type { Context } from './context.ts';
import { showDeskIssues } from './desk/issue-list.tsx';
import { showPreview, showPreviewMail } from './desk/preview.tsx';
import { receiveWebhook } from './events/receive-webhook.ts';
import { showHealth, showReadiness } from './ops/health.ts';
import { securityHeaders } from './platform/http/security-headers.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import { showArchive, showIssue } from './site/archive.tsx';
import { showFailure, showNotFound } from './site/failure-pages.tsx';
import { showHome } from './site/home.tsx';
import { showIcon } from './site/icon.ts';
import { showStyle } from './site/style.ts';
import { showUnsubscribe, takeUnsubscribe } from './site/unsubscribe.tsx';

/** Every URL -> handler. A trailing slash is the same page, never a redirect: RFC 8058 forbids one on the way to unsubscribe. */
export function createApp(ctx: Context, sandbox: Sandbox | undefined): Hono {
  const app = new Hono({ strict: false });
  if (sandbox !== undefined) mountSandbox(app, sandbox);
  app.use(securityHeaders());
  app.notFound(showNotFound(ctx));
  app.onError(showFailure(ctx));

  app.get('/', showHome(ctx));
  app.get('/issues', showArchive(ctx));
  app.get('/issues/:number', showIssue(ctx));
  app.get('/unsubscribe/:token', showUnsubscribe(ctx));
  app.post('/unsubscribe/:token', takeUnsubscribe(ctx));
  app.get('/assets/style.css', showStyle());
  app.get('/favicon.ico', showIcon());

  app.post('/webhooks/resend', receiveWebhook(ctx));

  app.get('/desk/issues', showDeskIssues(ctx));
  app.get('/desk/issues/:number/preview', showPreview(ctx));
  app.get('/desk/issues/:number/preview/mail', showPreviewMail(ctx));

  app.get('/healthz', showHealth(ctx));
  app.get('/readyz', showReadiness(ctx));
  return app;
}

/** `/sandbox/api` answers as Resend does, `/sandbox` is the mailbox; both have policies of their own. */
function mountSandbox(app: Hono, { api, pages }: Sandbox): void {
  app.route('/sandbox/api', api);
  app.route('/sandbox', pages);
}
