import type { StoredMail } from './mail-queries.ts';
import { mailHeaders } from './mail-source.ts';
import { mailboxPath, MailboxLayout, State, toneOfEvent } from './mailbox-layout.tsx';
import { WebhookRow } from './mailbox-pages.tsx';
import type { LoggedWebhook } from './mailbox-queries.ts';

/** `/sandbox/mails/:id`: one mail as a reader would get it, and everything around it. */
export function MailPage({ mail, webhooks }: { mail: StoredMail; webhooks: LoggedWebhook[] }) {
  const path = `${mailboxPath}/mails/${mail.id}`;
  return (
    <MailboxLayout title={mail.subject}>
      <p>
        <a href={mailboxPath}>All mails</a>
      </p>
      <h1>{mail.subject}</h1>
      <p>
        To {mail.toAddresses.join(', ')}{' '}
        <State tone={toneOfEvent(mail.lastEvent)}>{mail.lastEvent.replace('_', ' ')}</State>
      </p>
      <nav className="actions" aria-label="Parts of this mail">
        <a href="#text">Text</a>
        <a href="#headers">Headers</a>
        <a href="#events">Events</a>
        <a href={`${path}/raw`}>Raw source</a>
      </nav>
      <HtmlPart mail={mail} path={path} />
      <h2 id="text">Text</h2>
      {mail.text === null ? (
        <p className="note">No text part was handed over; the provider would make one from the HTML.</p>
      ) : (
        <pre>{mail.text}</pre>
      )}
      <h2 id="headers">Headers</h2>
      <Facts facts={mailHeaders(mail)} />
      <h2>Tags and key</h2>
      <Facts facts={[...Object.entries(mail.tags), ['Idempotency-Key', mail.idempotencyKey ?? 'none']]} />
      <h2 id="events">Events</h2>
      <ol className="rows">
        {webhooks.map((webhook) => (
          <WebhookRow key={webhook.id} webhook={webhook} />
        ))}
      </ol>
    </MailboxLayout>
  );
}

function HtmlPart({ mail, path }: { mail: StoredMail; path: string }) {
  if (mail.html === null) return <p className="note">This mail has no HTML part.</p>;
  const kilobytes = (Buffer.byteLength(mail.html) / 1024).toFixed(1);
  return (
    <section className="mail-view" aria-labelledby="html">
      <h2 id="html">HTML</h2>
      <div className="choices">
        <fieldset className="width of-width">
          <legend>Width</legend>
          <Choice group="width" name="wide" label="Wide" chosen />
          <Choice group="width" name="phone" label="Phone (375 px)" />
        </fieldset>
        <fieldset className="width">
          <legend>Shade</legend>
          <Choice group="shade" name="light" label="Light" chosen />
          <Choice group="shade" name="dark" label="Dark" />
        </fieldset>
      </div>
      <iframe
        className="mail-frame"
        title={`The mail “${mail.subject}”`}
        src={`${path}/html`}
        sandbox="allow-popups allow-popups-to-escape-sandbox"
      />
      <p className="small muted">
        {kilobytes} KB of HTML. <a href={`${path}/html`}>Open it alone</a>
      </p>
    </section>
  );
}

function Choice(props: { group: string; name: string; label: string; chosen?: boolean }) {
  const id = `${props.group}-${props.name}`;
  return (
    <label htmlFor={id}>
      <input type="radio" id={id} name={props.group} value={props.name} defaultChecked={props.chosen} />
      {props.label}
    </label>
  );
}

function Facts({ facts }: { facts: [string, string][] }) {
  return (
    <dl className="facts card">
      {facts.map(([name, value]) => (
        <div key={name} className="fact">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
