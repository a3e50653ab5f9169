import type { ReactNode } from 'react';
import { iconUrl } from './icon.ts';
import { styleUrl } from './style.ts';

/** What every page needs to know of the installation; `Config` has it. */
export interface SiteFacts {
  newsletterName: string;
  postalAddress: string;
  isSandbox: boolean;
}

export interface PageProps {
  site: SiteFacts;
  /** Of this page; the newsletter's name is added. */
  title: string;
  /** One sentence for search results and link previews. */
  description?: string;
  /** Text for readers; wide and full for tables and previews. */
  width?: 'text' | 'wide' | 'full';
  /** False keeps the page out of search engines: personal and internal pages. */
  isPublic?: boolean;
  /** Links beside the name; the archive where nothing is given. */
  links?: PageLink[];
  children: ReactNode;
}

export interface PageLink {
  href: string;
  words: string;
  isCurrent?: boolean;
}

const siteLinks: PageLink[] = [{ href: '/issues', words: 'All issues' }];

/** The frame of every page: name, way to the archive, the page itself, who is behind it. */
export function Page({
  site,
  title,
  description,
  width = 'text',
  isPublic = true,
  links = siteLinks,
  children,
}: PageProps) {
  const wraps = width === 'text' ? 'wraps' : `wraps is-${width}`;
  return (
    <html lang="en" dir="ltr">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        {!isPublic && <meta name="robots" content="noindex,nofollow" />}
        {description !== undefined && <meta name="description" content={description} />}
        <title>{title === site.newsletterName ? title : `${title} · ${site.newsletterName}`}</title>
        <link rel="stylesheet" href={styleUrl} />
        <link rel="icon" href={iconUrl} />
      </head>
      <body>
        <a className="skip-link" href="#content">
          Go to the content
        </a>
        <Top site={site} links={links} wraps={wraps} />
        <main id="content">
          <div className={wraps}>{children}</div>
        </main>
        <footer className="bottom">
          <div className={`${wraps} small muted`}>
            <p>{site.newsletterName} sends one mail a week.</p>
            <p>{site.postalAddress}</p>
          </div>
        </footer>
      </body>
    </html>
  );
}

function Top({ site, links, wraps }: { site: SiteFacts; links: PageLink[]; wraps: string }) {
  return (
    <header className="top">
      <div className={wraps}>
        <a className="name" href="/">
          {site.newsletterName}
        </a>
        <nav aria-label="Pages">
          {links.map(({ href, words, isCurrent }) => (
            <a key={href} href={href} aria-current={isCurrent ? 'page' : undefined}>
              {words}
            </a>
          ))}
        </nav>
      </div>
    </header>
  );
}
