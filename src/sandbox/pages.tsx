import type { Context } from 'hono';
import { Hono } from 'hono';
import type { ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import type { Clock } from '../platform/clock.ts';
import type { SandboxBindings } from './hono-types.ts';
import { findMail } from './mail-queries.ts';
import { MailPage } from './mail-page.tsx';
import { toMailSource } from './mail-source.ts';
import { type MailboxLink, mailboxPath, MailboxLayout, WaysOut } from './mailbox-layout.tsx';
import { MailsPage, RequestsPage, WebhooksPage } from './mailbox-pages.tsx';
import type { PageChoice } from './mailbox-queries.ts';
import { listMailboxMails, listMailboxRequests, listMailboxWebhooks, listWebhooksOfMail } from './mailbox-queries.ts';
import { mailboxStyle } from './style.ts';
import type { SandboxDb } from './tables.ts';

const pagePolicy =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";
/** A mail may show pictures and style itself; it runs no script and is nobody's origin. Its links open in a window of their own. */
const mailPolicy =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; font-src https: data:; frame-ancestors 'self'";
const searchLengthLimit = 200;
const pageNumberLimit = 100_000;

type PageContext = Context<SandboxBindings>;

/** What the pages are made from. */
export interface MailboxTools {
  db: SandboxDb;
  clock: Clock;
  /** Links to the rest of the host. */
  waysOut: MailboxLink[];
}

/** The mailbox: lists of mails, webhooks and requests, and one page a mail. Read-only. */
export function createMailboxPages({ db, clock, waysOut }: MailboxTools): Hono<SandboxBindings> {
  const pages = new Hono<SandboxBindings>();
  const show = (c: PageContext, page: ReactElement, status: 200 | 404 = 200) =>
    answerPage(c, <WaysOut value={waysOut}>{page}</WaysOut>, status);
  pages.get('/style.css', (c) => c.body(mailboxStyle, 200, { 'content-type': 'text/css; charset=utf-8' }));
  pages.get('/', async (c) => {
    const choice = readChoice(c);
    return show(c, <MailsPage choice={choice} page={await listMailboxMails(db, choice, clock.now())} />);
  });
  pages.get('/webhooks', async (c) => {
    const choice = readChoice(c);
    return show(c, <WebhooksPage choice={choice} page={await listMailboxWebhooks(db, choice)} />);
  });
  pages.get('/requests', async (c) => {
    const choice = readChoice(c);
    return show(c, <RequestsPage choice={choice} page={await listMailboxRequests(db, choice)} />);
  });
  pages.get('/mails/:id', async (c) => {
    const mail = await findMail(db, c.req.param('id'), clock.now());
    if (mail === undefined) return show(c, <MissingPage />, 404);
    return show(c, <MailPage mail={mail} webhooks={await listWebhooksOfMail(db, mail.id)} />);
  });
  pages.get('/mails/:id/html', async (c) => {
    const mail = await findMail(db, c.req.param('id'), clock.now());
    if (mail?.html === undefined || mail.html === null) return show(c, <MissingPage />, 404);
    const headers = { 'content-security-policy': mailPolicy, 'referrer-policy': 'no-referrer' };
    return c.html(openLinksApart(mail.html), 200, headers);
  });
  pages.get('/mails/:id/raw', async (c) => {
    const mail = await findMail(db, c.req.param('id'), clock.now());
    if (mail === undefined) return show(c, <MissingPage />, 404);
    return c.text(toMailSource(mail), 200, { 'x-content-type-options': 'nosniff' });
  });
  return pages;
}

function readChoice(c: PageContext): PageChoice {
  const number = Number(c.req.query('page') ?? 1);
  const isNumber = Number.isInteger(number) && number >= 1 && number <= pageNumberLimit;
  const search = (c.req.query('q') ?? '').replaceAll('\0', '').trim().slice(0, searchLengthLimit);
  return { number: isNumber ? number : 1, search };
}

function answerPage(c: PageContext, page: ReactElement, status: 200 | 404): Response | Promise<Response> {
  const headers = {
    'content-security-policy': pagePolicy,
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
  };
  return c.html(`<!doctype html>${renderToStaticMarkup(page)}`, status, headers);
}

function MissingPage() {
  return (
    <MailboxLayout title="No such mail">
      <h1>There is no such mail</h1>
      <p>
        Mails are kept for 30 days; perhaps the sandbox was started afresh. <a href={mailboxPath}>Show all mails</a>
      </p>
    </MailboxLayout>
  );
}

/** Inside a frame a link would replace the mail; this lets it open beside it. */
function openLinksApart(html: string): string {
  const base = '<base target="_blank">';
  return /<head[^>]*>/i.test(html) ? html.replace(/<head[^>]*>/i, (head) => head + base) : base + html;
}
