import type { Handler } from 'hono';
import type { Context } from '../context.ts';
import { html } from '../platform/http/html.ts';
import { Page, type SiteFacts } from './layout.tsx';
import { type ArchivedIssue, listArchive } from './read-archive.ts';

/** GET /: what this is, and the newest issue. */
export function showHome(ctx: Pick<Context, 'config' | 'db'>): Handler {
  return async (c) => {
    const [latest] = await listArchive(ctx, 1);
    return html(c, <HomePage site={ctx.config} latest={latest} />);
  };
}

interface HomeProps {
  site: SiteFacts;
  latest: ArchivedIssue | undefined;
}

const description =
  'One mail a week with the newest tool comparisons: who ships which tool, who skips it, and the best reason on each side.';

/** What this is, with the newest issue. */
export function HomePage({ site, latest }: HomeProps) {
  return (
    <Page site={site} title={site.newsletterName} description={description}>
      <div className="stack">
        <h1>Two tools, one verdict, two minutes a week</h1>
        <p className="words">
          {site.newsletterName} is one mail a week. It takes the newest tool comparisons and says, for each: which one
          the reviewers ship, which they skip, by how much, and the best sentence on either side.
        </p>
        {latest ? (
          <Latest {...latest} />
        ) : (
          <p className="surface">No issue has gone out yet. The first will be linked here.</p>
        )}
        {site.isSandbox && <Trial />}
      </div>
    </Page>
  );
}

function Latest({ number, subject, preheader, dateLine }: ArchivedIssue) {
  return (
    <section className="surface stack apart" aria-labelledby="latest">
      <div>
        <p className="small muted">Newest issue · {dateLine}</p>
        <h2 id="latest">{subject}</h2>
      </div>
      <p>{preheader}</p>
      <p>
        <a className="button" href={`/issues/${number}`}>
          Read issue {number}
        </a>
      </p>
    </section>
  );
}

/** For whoever tries the program out: where to look. */
function Trial() {
  return (
    <section className="note stack" aria-label="Trial run">
      <p>This is a trial run: every mail goes to the local mailbox and nowhere else.</p>
      <p>
        <a href="/sandbox">Open the mailbox</a> · <a href="/desk/issues">See all issues on the desk</a>
      </p>
    </section>
  );
}
