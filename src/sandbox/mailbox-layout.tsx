import { createContext, type ReactNode, useContext } from 'react';
import { iconUrl } from '../site/icon.ts';

/** Where the pages are mounted. */
export const mailboxPath = '/sandbox';

const sections = [
  { href: mailboxPath, name: 'Mails' },
  { href: `${mailboxPath}/webhooks`, name: 'Webhooks' },
  { href: `${mailboxPath}/requests`, name: 'Requests' },
  { href: `${mailboxPath}/api/_control`, name: 'Faults' },
];

/** A way from the mailbox to somewhere else on the same host. */
export interface MailboxLink {
  href: string;
  words: string;
}

/** Ways out of the mailbox, beside its own sections. */
export const WaysOut = createContext<MailboxLink[]>([]);

/** The frame around every page of the mailbox. */
export function MailboxLayout(props: { title: string; current?: string; children: ReactNode }) {
  const waysOut = useContext(WaysOut);
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{`${props.title} · Sandbox mailbox`}</title>
        <link rel="stylesheet" href={`${mailboxPath}/style.css`} />
        <link rel="icon" href={iconUrl} />
      </head>
      <body>
        <a className="skip-link" href="#main">
          Skip to the content
        </a>
        <header className="top">
          <div className="frame">
            <p>Sandbox mailbox</p>
            <nav aria-label="Sandbox">
              {sections.map(({ href, name }) => (
                <a key={href} href={href} aria-current={name === props.current ? 'page' : undefined}>
                  {name}
                </a>
              ))}
            </nav>
            {waysOut.length > 0 ? (
              <nav aria-label="Elsewhere">
                {waysOut.map(({ href, words }) => (
                  <a key={href} href={href}>
                    {words}
                  </a>
                ))}
              </nav>
            ) : null}
          </div>
        </header>
        <main className="frame" id="main">
          {props.children}
          <p className="small muted foot">Times are UTC. Nothing here leaves this machine but the webhooks.</p>
        </main>
      </body>
    </html>
  );
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A moment, to the second, in UTC, as the page's foot says. */
export function Moment({ at }: { at: Date }) {
  const iso = at.toISOString();
  return (
    <time dateTime={iso} title={iso} className="small muted">
      {`${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}, ${iso.slice(11, 19)}`}
    </time>
  );
}

const marks = { good: '▲', bad: '▽', open: '◇', still: '·' } as const;

/** A word with a shape before it, so that colour says nothing alone. */
export function State({ tone, children }: { tone: keyof typeof marks; children: ReactNode }) {
  return (
    <span className={`state ${tone}`}>
      <span aria-hidden="true">{marks[tone]}</span> {children}
    </span>
  );
}

/** How an event of a mail is marked. */
export function toneOfEvent(event: string): keyof typeof marks {
  if (event === 'delivered' || event === 'opened' || event === 'clicked') return 'good';
  if (['bounced', 'complained', 'suppressed', 'failed'].includes(event)) return 'bad';
  return event === 'delivery_delayed' ? 'open' : 'still';
}
