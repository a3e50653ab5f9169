import { Page, type SiteFacts } from './layout.tsx';
import type { ArchivedIssue } from './read-archive.ts';

interface ArchiveProps {
  site: SiteFacts;
  issues: ArchivedIssue[];
}

/** The archive: what has gone out, newest first. */
export function ArchivePage({ site, issues }: ArchiveProps) {
  const description = `Every issue of ${site.newsletterName}, newest first.`;
  const links = [{ href: '/issues', words: 'All issues', isCurrent: true }];
  return (
    <Page site={site} title="All issues" description={description} links={links}>
      <div className="stack">
        <h1>All issues</h1>
        {issues.length === 0 ? <EmptyArchive /> : <IssueList issues={issues} />}
      </div>
    </Page>
  );
}

function EmptyArchive() {
  return <p className="surface">No issue has gone out yet. The first will be here as soon as it is sent.</p>;
}

/** Issues as rows that scan: when, what about, what more. */
export function IssueList({ issues }: { issues: ArchivedIssue[] }) {
  return (
    <ol className="issue-list" reversed>
      {issues.map(({ number, subject, preheader, dateLine }) => (
        <li key={number}>
          <p className="small muted">
            Issue {number} · {dateLine}
          </p>
          <h2>
            <a href={`/issues/${number}`}>{subject}</a>
          </h2>
          <p>{preheader}</p>
        </li>
      ))}
    </ol>
  );
}
