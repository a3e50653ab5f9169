import type { MailSummary } from './mail-queries.ts';
import { mailboxPath, MailboxLayout, Moment, State, toneOfEvent } from './mailbox-layout.tsx';
import { MailboxList } from './mailbox-list.tsx';
import type { LoggedRequest, LoggedWebhook, MailboxPage, PageChoice } from './mailbox-queries.ts';
import { countOf } from '../platform/count-of.ts';

/** What a list page is made from. */
export interface ListPageProps<Row> {
  page: MailboxPage<Row>;
  choice: PageChoice;
}

/** `/sandbox`: every mail that was accepted. */
export function MailsPage({ page, choice }: ListPageProps<MailSummary>) {
  return (
    <MailboxLayout title="Mails" current="Mails">
      <h1>Mails</h1>
      <p className="note">Accepted here, sent to nobody. Newest first.</p>
      <MailboxList
        path={mailboxPath}
        choice={choice}
        totalCount={page.totalCount}
        noun={['mail', 'mails']}
        searchLabel="Address or subject"
        rows={page.rows.map((mail) => (
          <MailRow key={mail.id} mail={mail} />
        ))}
        empty={
          <>
            <h2>No mail yet</h2>
            <p>
              Send an issue of your own, or, from the sources, run <code>npm run demo</code> to send one to the sample
              subscribers; its mails appear here instead of in anybody’s inbox.
            </p>
          </>
        }
      />
    </MailboxLayout>
  );
}

function MailRow({ mail }: { mail: MailSummary }) {
  return (
    <li>
      <a className="row" href={`${mailboxPath}/mails/${mail.id}`}>
        <span className="wide one-line muted">{mail.toAddresses.join(', ')}</span>
        <span className="wide one-line main">{mail.subject}</span>
        <State tone={toneOfEvent(mail.lastEvent)}>{mail.lastEvent.replace('_', ' ')}</State>
        <span className="end">
          <Moment at={mail.acceptedAt} />
        </span>
      </a>
    </li>
  );
}

/** `/sandbox/webhooks`: every event with what became of it. */
export function WebhooksPage({ page, choice }: ListPageProps<LoggedWebhook>) {
  return (
    <MailboxLayout title="Webhooks" current="Webhooks">
      <h1>Webhooks</h1>
      <p className="note">
        What the sandbox tells the product about each mail, signed, and tried again until it is taken.
      </p>
      <MailboxList
        path={`${mailboxPath}/webhooks`}
        choice={choice}
        totalCount={page.totalCount}
        noun={['event', 'events']}
        searchLabel="Address or subject"
        rows={page.rows.map((webhook) => (
          <WebhookRow key={webhook.id} webhook={webhook} />
        ))}
        empty={
          <>
            <h2>No events yet</h2>
            <p>Each accepted mail brings two or three: sent, delivered, bounced, complained.</p>
          </>
        }
      />
    </MailboxLayout>
  );
}

/** One event; with the address where the page does not say it already. */
export function WebhookRow({ webhook }: { webhook: LoggedWebhook }) {
  const name = webhook.type.replace('email.', '').replace('_', ' ');
  const cells = (
    <>
      <span className="wide one-line main">
        <State tone={toneOfEvent(webhook.type.replace('email.', ''))}>{name}</State>
      </span>
      <span className="wide one-line muted">{webhook.to === null ? webhook.id : webhook.to.join(', ')}</span>
      <AttemptState webhook={webhook} />
      <span className="end">
        <Moment at={webhook.occurredAt} />
      </span>
    </>
  );
  if (webhook.to === null || webhook.mailId === null) {
    return (
      <li>
        <div className="row">{cells}</div>
      </li>
    );
  }
  return (
    <li>
      <a className="row" href={`${mailboxPath}/mails/${webhook.mailId}`}>
        {cells}
      </a>
    </li>
  );
}

function AttemptState({ webhook }: { webhook: LoggedWebhook }) {
  const tries = webhook.attempts > 1 ? `, try ${webhook.attempts}` : '';
  if (webhook.deliveredAt !== null) return <State tone="good">{`taken (${webhook.lastStatus}${tries})`}</State>;
  if (webhook.nextAt === null) return <State tone="bad">{`given up (${webhook.lastStatus})`}</State>;
  if (webhook.lastStatus === null) return <State tone="still">waiting</State>;
  return <State tone="open">{`${webhook.lastStatus}${tries}`}</State>;
}

/** `/sandbox/requests`: what was asked and how it was answered. */
export function RequestsPage({ page, choice }: ListPageProps<LoggedRequest>) {
  return (
    <MailboxLayout title="Requests" current="Requests">
      <h1>Requests</h1>
      <p className="note">Every call to the stand-in, also those that were refused or ended in a fault.</p>
      <MailboxList
        path={`${mailboxPath}/requests`}
        choice={choice}
        totalCount={page.totalCount}
        noun={['request', 'requests']}
        searchLabel="Idempotency key"
        rows={page.rows.map((request) => (
          <RequestRow key={request.id} request={request} />
        ))}
        empty={
          <>
            <h2>No requests yet</h2>
            <p>
              Point the Resend SDK at <code>{`${mailboxPath}/api`}</code> of this address, with any key that begins with{' '}
              <code>re_</code>.
            </p>
          </>
        }
      />
    </MailboxLayout>
  );
}

function RequestRow({ request }: { request: LoggedRequest }) {
  const good = request.status !== null && request.status < 300;
  const words = [request.status ?? 'no answer', request.errorName, request.fault && `fault ${request.fault}`];
  return (
    <li>
      <div className="row">
        <span className="wide one-line">
          <span className="main">{`${request.method} ${request.path}`}</span>{' '}
          <span className="muted">{request.mailCount > 0 ? countOf(request.mailCount, 'mail') : ''}</span>
        </span>
        <span className="wide">
          {words.filter((word) => word !== null && word !== '').join(' · ')}
          {request.idempotencyKey === null ? null : (
            <span className="small muted">{` key ${request.idempotencyKey}`}</span>
          )}
        </span>
        <State tone={good ? 'good' : request.outcome === 'running' ? 'still' : 'bad'}>{request.outcome}</State>
        <span className="end">
          <Moment at={request.startedAt} />
        </span>
      </div>
    </li>
  );
}
