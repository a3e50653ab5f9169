import type { ErrorHandler, NotFoundHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { Context } from '../context.ts';
import { isDatabaseAway } from '../platform/database-away.ts';
import { html } from '../platform/http/html.ts';
import type { SiteFacts } from './layout.tsx';
import { MessagePage } from './message-page.tsx';

/** What a page needs of the program. */
type PageContext = Pick<Context, 'config' | 'log'>;

/** The page for every address that is not there. */
export function NotFoundPage({ site }: { site: SiteFacts }) {
  return (
    <MessagePage site={site} title="There is no such page">
      <p>The address may be cut off or mistyped.</p>
      <p>
        <a href="/issues">All issues</a> are in the archive.
      </p>
    </MessagePage>
  );
}

/** For `app.notFound`. */
export function showNotFound(ctx: Pick<Context, 'config'>): NotFoundHandler {
  return (c) => html(c, <NotFoundPage site={ctx.config} />, 404);
}

const retryAfterSeconds = 60;

/** For `app.onError`: refusals of a middleware keep their answer; everything else is logged and answered with a page, 503 while the database is away. */
export function showFailure(ctx: PageContext): ErrorHandler {
  return (error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    // The route's pattern, never the address asked for: that may hold a token.
    ctx.log.error({ err: error, method: c.req.method, route: c.req.routePath }, 'a request failed');
    const page = (
      <MessagePage site={ctx.config} title="Something went wrong here">
        <p>It is noted, and nothing was changed. Try again in a few minutes.</p>
      </MessagePage>
    );
    if (!isDatabaseAway(error)) return html(c, page, 500);
    c.header('Retry-After', String(retryAfterSeconds));
    return html(c, page, 503);
  };
}
