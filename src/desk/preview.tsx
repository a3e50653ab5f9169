import type { Context as HttpContext, Handler } from 'hono';
import type { Context } from '../context.ts';
import { previewIssue } from '../issues/preview-issue.ts';
import { findIssueByNumber } from '../issues/queries.ts';
import { html } from '../platform/http/html.ts';
import { sandboxedMailPolicy } from '../platform/http/security-headers.ts';
import { isRefusal, type Refusal } from '../platform/refusal.ts';
import { readNumber } from '../site/archive.tsx';
import { NotFoundPage } from '../site/failure-pages.tsx';
import { MessagePage } from '../site/message-page.tsx';
import { inSandboxOnly } from './desk-page.tsx';
import { PreviewPage } from './preview-page.tsx';
import { showInScheme } from './show-in-scheme.ts';

type PreviewContext = Pick<Context, 'config' | 'db' | 'keys' | 'pepper' | 'clock'>;

/** GET /desk/issues/:number/preview: every look of an issue side by side; read-only. */
export function showPreview(ctx: PreviewContext): Handler {
  return inSandboxOnly(ctx, async (c) => {
    const number = readNumber(c.req.param('number') ?? '') ?? 0;
    const issue = await findIssueByNumber(ctx.db, number);
    if (issue === undefined) return html(c, <NotFoundPage site={ctx.config} />, 404);
    const preview = await previewIssue(ctx, { number });
    if (isRefusal(preview)) return refuse(ctx, c, preview);
    return html(c, <PreviewPage site={ctx.config} number={number} state={issue.state} preview={preview} />);
  });
}

/** GET /desk/issues/:number/preview/mail?scheme=light|dark: the mail alone, for a frame; nothing in it can reach the desk. */
export function showPreviewMail(ctx: PreviewContext): Handler {
  return inSandboxOnly(ctx, async (c) => {
    const number = readNumber(c.req.param('number') ?? '') ?? 0;
    const preview = await previewIssue(ctx, { number });
    if (isRefusal(preview)) return refuse(ctx, c, preview);
    c.header('Content-Security-Policy', sandboxedMailPolicy);
    return c.html(showInScheme(preview.html, c.req.query('scheme') === 'dark' ? 'dark' : 'light'));
  });
}

function refuse(ctx: Pick<Context, 'config'>, c: HttpContext, refusal: Refusal): Response {
  if (refusal.refused === 'no-issue') return html(c, <NotFoundPage site={ctx.config} />, 404);
  const page = (
    <MessagePage site={ctx.config} title="This issue cannot be shown">
      <p>{refusal.sentence}</p>
    </MessagePage>
  );
  return html(c, page, 409);
}
