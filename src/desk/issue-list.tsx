import type { Handler } from 'hono';
import type { Context } from '../context.ts';
import { type Issue, listIssues } from '../issues/queries.ts';
import { html } from '../platform/http/html.ts';
import type { SiteFacts } from '../site/layout.tsx';
import { DeskPage, inSandboxOnly } from './desk-page.tsx';

/** Rows on the page; older issues are listed by `issue list`. */
const listedLimit = 200;

/** GET /desk/issues: every issue with its state. */
export function showDeskIssues(ctx: Pick<Context, 'config' | 'db'>): Handler {
  return inSandboxOnly(ctx, async (c) =>
    html(c, <DeskIssuesPage site={ctx.config} issues={await listIssues(ctx.db, listedLimit)} />),
  );
}

/** Every issue with its state and where to look at it. */
export function DeskIssuesPage({ site, issues }: { site: SiteFacts; issues: Issue[] }) {
  return (
    <DeskPage site={site} title="Issues" width="wide">
      <div className="stack">
        <h1>Issues</h1>
        {issues.length === 0 ? (
          <p className="surface">
            No issue yet: <code>issue compose</code> drafts one from the newest comparisons.
          </p>
        ) : (
          <IssueTable issues={issues} />
        )}
      </div>
    </DeskPage>
  );
}

function IssueTable({ issues }: { issues: Issue[] }) {
  return (
    <div className="table-scroll" role="region" aria-label="Issues" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col" className="is-number">
              No.
            </th>
            <th scope="col">Subject</th>
            <th scope="col">State</th>
            <th scope="col">Send time (UTC)</th>
            <th scope="col">Archive</th>
          </tr>
        </thead>
        <tbody>
          {issues.map((issue) => (
            <IssueRow key={issue.id} issue={issue} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function IssueRow({ issue: { number, state, stateReason, subject, sendAt } }: { issue: Issue }) {
  const isOut = state === 'sending' || state === 'paused' || state === 'sent';
  return (
    <tr>
      <td className="is-number">{number ?? '–'}</td>
      <td className="is-main">
        {number === null ? subject : <a href={`/desk/issues/${number}/preview`}>{subject}</a>}
        {stateReason !== null && <p className="small muted">{stateReason}</p>}
      </td>
      <td>
        <StateTag state={state} />
      </td>
      <td className="is-short">{sendAt ? writeTime(sendAt) : 'not set'}</td>
      <td className="is-short">
        {isOut ? <a href={`/issues/${number}`}>Issue {number}</a> : <span className="muted">not out</span>}
      </td>
    </tr>
  );
}

const stateLooks: Record<Issue['state'], string> = {
  draft: 'is-open',
  approved: 'is-open',
  sending: 'is-open',
  paused: 'is-bad',
  sent: 'is-good',
  skipped: '',
  cancelled: '',
};

/** The state as a word in its colour. */
export function StateTag({ state }: { state: Issue['state'] }) {
  return <span className={`tag ${stateLooks[state]}`.trim()}>{state}</span>;
}

function writeTime(at: Date): string {
  return at.toISOString().slice(0, 16).replace('T', ' ');
}
