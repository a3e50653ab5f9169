import type { ReactNode } from 'react';
import type { PageChoice } from './mailbox-queries.ts';
import { mailboxPageCount } from './mailbox-queries.ts';

/** A page of a list: its search, its rows or why there are none, and the way to the other pages. */
export interface ListProps {
  path: string;
  choice: PageChoice;
  totalCount: number;
  /** What one row is called, and many. */
  noun: [string, string];
  searchLabel: string;
  rows: ReactNode[];
  /** Shown when there is nothing at all. */
  empty: ReactNode;
}

/** The common shape of the mailbox's lists. */
export function MailboxList(props: ListProps) {
  const { choice, totalCount, rows, noun } = props;
  const searched = choice.search !== '';
  return (
    <>
      {totalCount > 0 || searched ? <Search {...props} /> : null}
      {rows.length > 0 ? <ol className="rows">{rows}</ol> : null}
      {rows.length === 0 && !searched && totalCount === 0 ? <div className="empty">{props.empty}</div> : null}
      {rows.length === 0 && (searched || totalCount > 0) ? (
        <div className="empty">
          <h2>{searched ? `No ${noun[1]} match “${choice.search}”` : `No ${noun[1]} on this page`}</h2>
          <p>
            <a href={props.path}>Show all {noun[1]}</a>
          </p>
        </div>
      ) : null}
      {totalCount > 0 ? <Pages {...props} /> : null}
    </>
  );
}

function Search({ path, choice, searchLabel }: ListProps) {
  return (
    <form className="search" method="get" action={path} role="search">
      <label htmlFor="search">{searchLabel}</label>
      <input id="search" type="search" name="q" defaultValue={choice.search} />
      <button type="submit">Search</button>
    </form>
  );
}

function Pages({ path, choice, totalCount, noun, rows }: ListProps) {
  const first = (choice.number - 1) * mailboxPageCount + 1;
  const last = first + rows.length - 1;
  const linkTo = (number: number): string => {
    const query = new URLSearchParams({
      ...(choice.search === '' ? {} : { q: choice.search }),
      ...(number === 1 ? {} : { page: String(number) }),
    }).toString();
    return query === '' ? path : `${path}?${query}`;
  };
  return (
    <nav className="pages" aria-label="Pages">
      <span className="muted">
        {rows.length > 0 ? `${first}–${last} of ` : ''}
        {totalCount} {totalCount === 1 ? noun[0] : noun[1]}
      </span>
      {choice.number > 1 && rows.length > 0 ? (
        <a className="button" href={linkTo(choice.number - 1)}>
          Newer
        </a>
      ) : null}
      {last < totalCount && rows.length > 0 ? (
        <a className="button" href={linkTo(choice.number + 1)}>
          Older
        </a>
      ) : null}
    </nav>
  );
}
