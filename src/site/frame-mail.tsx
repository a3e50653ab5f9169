import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { type ArchivedMail, personalLink, selfLink } from './read-archive.ts';

export interface MailFrame {
  newsletterName: string;
  postalAddress: string;
  /** Whether the archive has an issue before and after this one. */
  older: number | undefined;
  newer: number | undefined;
}

/**
 * The page of one issue: the mail itself, as a whole document, because it is made for a phone and for the dark already. What was
 * written to one reader is cut out; a way round the archive is put above and below, in the mail's own classes and inline styles.
 */
export function frameMail(mail: ArchivedMail, frame: MailFrame): string {
  const head = renderToStaticMarkup(<PageHead {...mail} />);
  const bar = renderToStaticMarkup(<Bar {...frame} />);
  const foot = renderToStaticMarkup(<Foot {...frame} />);
  return cutPersonalParts(mail.html)
    .replace('</head>', () => `${head}</head>`)
    .replace(/<body[^>]*>/, (body) => `${body}${bar}<main>`)
    .replace('</body>', () => `</main>${foot}</body>`);
}

const selfLinks = new RegExp(`<a [^>]*href="${selfLink}"[^>]*>.*?</a>`, 'gs');

/** Takes out the reader's footer, the innermost table round the unsubscribe link, and links of the issue to itself. */
function cutPersonalParts(html: string): string {
  const at = html.lastIndexOf(`href="${personalLink}"`);
  const begin = html.lastIndexOf('<table', at);
  const end = html.indexOf('</table>', at) + '</table>'.length;
  const rest = at === -1 ? html : html.slice(0, begin) + html.slice(end);
  return rest.replaceAll(selfLinks, '');
}

function PageHead({ subject, preheader }: ArchivedMail) {
  return (
    <>
      <meta name="description" content={preheader} />
      <meta property="og:type" content="article" />
      <meta property="og:title" content={subject} />
      <meta property="og:description" content={preheader} />
      <style>{frameStyle}</style>
    </>
  );
}

/** Links large enough for a thumb, and a focus that shows in both schemes. */
const frameStyle =
  '.way,.end{box-sizing:border-box}.way{display:flex;flex-wrap:wrap;gap:0 24px;justify-content:space-between;max-width:600px;margin:0 auto;padding:0 24px}' +
  '.way a{display:inline-block;padding:12px 0;font-size:16px;line-height:24px}a:focus-visible{outline:2px solid;outline-offset:3px}' +
  '.end{max-width:600px;margin:0 auto;padding:0 24px 32px}.end p{margin:8px 0 0;font-size:13px;line-height:20px}' +
  '@media (max-width:480px){.way,.end{padding-left:16px;padding-right:16px}}' +
  // React Email puts the paper on a cell that no class of the mail reaches.
  '@media (prefers-color-scheme:dark){main>table>tbody>tr>td{background-color:#14161A!important}}';

/** The mail's own colours: its stylesheet turns these classes for the dark. */
const inline = {
  muted: { color: '#5B606B' },
  accent: { color: '#2F4BD8' },
  line: { borderBottom: '1px solid #E3E0D8' },
};

function WayLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a href={href} className="accent" style={inline.accent}>
      {children}
    </a>
  );
}

function Bar({ newsletterName }: MailFrame) {
  return (
    <header className="line" style={inline.line}>
      <nav className="way" aria-label="Pages">
        <WayLink href="/">About {newsletterName}</WayLink>
        <WayLink href="/issues">All issues</WayLink>
      </nav>
    </header>
  );
}

function Foot({ newsletterName, postalAddress, older, newer }: MailFrame) {
  return (
    <footer>
      <nav className="way" aria-label="Other issues">
        {older !== undefined && <WayLink href={`/issues/${older}`}>← Issue {older}</WayLink>}
        <WayLink href="/issues">All issues</WayLink>
        {newer !== undefined && <WayLink href={`/issues/${newer}`}>Issue {newer} →</WayLink>}
      </nav>
      <div className="end">
        <p className="muted" style={inline.muted}>
          {newsletterName} sends one mail a week.
        </p>
        <p className="muted" style={inline.muted}>
          {postalAddress}
        </p>
      </div>
    </footer>
  );
}
