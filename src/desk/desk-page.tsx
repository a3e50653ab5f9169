import type { Handler } from 'hono';
import type { ReactNode } from 'react';
import type { Context } from '../context.ts';
import { html } from '../platform/http/html.ts';
import { NotFoundPage } from '../site/failure-pages.tsx';
import { Page, type PageLink, type SiteFacts } from '../site/layout.tsx';

interface DeskProps {
  site: SiteFacts;
  title: string;
  width: 'wide' | 'full';
  children: ReactNode;
}

const deskLinks: PageLink[] = [
  { href: '/desk/issues', words: 'Desk' },
  { href: '/sandbox', words: 'Mailbox' },
  { href: '/issues', words: 'Archive' },
];

/** The frame of the editors' pages. */
export function DeskPage(props: DeskProps) {
  return <Page {...props} isPublic={false} links={deskLinks} />;
}

/** Until editors can sign in, the desk answers in sandbox mode alone; elsewhere it is not there. */
export function inSandboxOnly(ctx: Pick<Context, 'config'>, handler: Handler): Handler {
  return async (c, next) => {
    if (!ctx.config.isSandbox) return html(c, <NotFoundPage site={ctx.config} />, 404);
    c.header('Cache-Control', 'no-store');
    return handler(c, next);
  };
}
