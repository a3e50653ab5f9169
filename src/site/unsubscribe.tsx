import type { Context as HttpContext, Handler } from 'hono';
import type { Context } from '../context.ts';
import { html } from '../platform/http/html.ts';
import { readUnsubscribeToken } from '../subscribers/unsubscribe-token.ts';
import { unsubscribe, type Unsubscribe } from '../subscribers/unsubscribe.ts';
import { AskPage, BadLinkPage, DonePage, TryAgainPage } from './unsubscribe-pages.tsx';

type UnsubscribeContext = Pick<Context, 'config' | 'db' | 'clock' | 'keys' | 'log'>;

/** After how many seconds a mail client may ask again. */
const retryAfterSeconds = 60;

/** GET and HEAD /unsubscribe/:token: a page with a button. It reads nothing and changes nothing. */
export function showUnsubscribe(ctx: UnsubscribeContext): Handler {
  return (c) => {
    keepPrivate(c);
    const right = readUnsubscribeToken(ctx.keys, c.req.param('token') ?? '');
    if (right === undefined) return html(c, <BadLinkPage site={ctx.config} />, 404);
    return html(c, <AskPage site={ctx.config} />);
  };
}

/**
 * POST /unsubscribe/:token (RFC 8058): the token is all it takes. The body is never read, so no form of it can stand in the way;
 * no cookie, no origin check, no redirect. 200 only after the commit; 503 when it could not be saved, so that the client retries.
 */
export function takeUnsubscribe(ctx: UnsubscribeContext): Handler {
  return async (c) => {
    keepPrivate(c);
    const right = readUnsubscribeToken(ctx.keys, c.req.param('token') ?? '');
    if (right === undefined) return html(c, <BadLinkPage site={ctx.config} />, 404);
    const method: Unsubscribe['method'] = c.req.query('by') === 'page' ? 'page' : 'one-click';
    try {
      await unsubscribe(ctx, { ...right, method });
    } catch (error) {
      ctx.log.error({ problem: String(error), subscriberId: right.subscriberId }, 'an unsubscribe could not be saved');
      c.header('Retry-After', String(retryAfterSeconds));
      return html(c, <TryAgainPage site={ctx.config} />, 503);
    }
    return html(c, <DonePage site={ctx.config} />);
  };
}

/** The address of the page is the right to unsubscribe: it goes into no cache and no referrer. */
function keepPrivate(c: HttpContext): void {
  c.header('Cache-Control', 'no-store');
  c.header('Referrer-Policy', 'no-referrer');
}
