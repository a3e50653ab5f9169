import type { Handler } from 'hono';
import type { Context } from '../context.ts';
import { html } from '../platform/http/html.ts';
import { mailPolicy } from '../platform/http/security-headers.ts';
import { ArchivePage } from './archive-page.tsx';
import { NotFoundPage } from './failure-pages.tsx';
import { frameMail } from './frame-mail.tsx';
import { findArchivedMail, listArchive } from './read-archive.ts';

type ArchiveContext = Pick<Context, 'config' | 'db'>;

/** For how long a reader's browser may keep a public page. */
const publicCache = 'public, max-age=300';

/** GET /issues: everything that went out, newest first. */
export function showArchive(ctx: ArchiveContext): Handler {
  return async (c) => {
    c.header('Cache-Control', publicCache);
    return html(c, <ArchivePage site={ctx.config} issues={await listArchive(ctx)} />);
  };
}

/** GET /issues/:number: one issue as its readers got it, without what was theirs alone. */
export function showIssue(ctx: ArchiveContext): Handler {
  return async (c) => {
    const number = readNumber(c.req.param('number') ?? '');
    const mail = number === undefined ? undefined : await findArchivedMail(ctx, number);
    if (mail === undefined) return html(c, <NotFoundPage site={ctx.config} />, 404);
    const numbers = (await listArchive(ctx)).map((issue) => issue.number);
    const { newsletterName, postalAddress } = ctx.config;
    c.header('Cache-Control', publicCache);
    c.header('Content-Security-Policy', mailPolicy);
    return c.html(
      frameMail(mail, {
        newsletterName,
        postalAddress,
        older: numbers.find((other) => other < mail.number),
        newer: numbers.findLast((other) => other > mail.number),
      }),
    );
  };
}

/** An issue number as it stands in an address; undefined for anything else. */
export function readNumber(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
