import type { SiteFacts } from './layout.tsx';
import { MessagePage } from './message-page.tsx';

interface UnsubscribePageProps {
  site: SiteFacts;
}

/** Asks before anything is changed: mail scanners open every link. */
export function AskPage({ site }: UnsubscribePageProps) {
  return (
    <MessagePage site={site} title={`Unsubscribe from ${site.newsletterName}?`}>
      <p>The address this link was mailed to will get no further issues.</p>
      <form method="post" action="?by=page">
        <button className="button" type="submit">
          Unsubscribe
        </button>
      </form>
      <p className="small muted">To keep getting it, close this page: opening it has changed nothing.</p>
    </MessagePage>
  );
}

/** The same for the first time, the second, and for somebody who is gone. */
export function DonePage({ site }: UnsubscribePageProps) {
  return (
    <MessagePage site={site} title="You are unsubscribed">
      <p>{site.newsletterName} sends you no further issues. One that was already on its way may still arrive.</p>
      <p>
        You can go on reading on the web: <a href="/issues">all issues</a> are open to everybody.
      </p>
    </MessagePage>
  );
}

/** For every token that is not ours, whatever is wrong with it. */
export function BadLinkPage({ site }: UnsubscribePageProps) {
  return (
    <MessagePage site={site} title="This link does not work">
      <p>It may have been cut off on its way. Open the unsubscribe link in the newest issue you have, whole.</p>
    </MessagePage>
  );
}

/** Nothing was committed, and the page says so. */
export function TryAgainPage({ site }: UnsubscribePageProps) {
  return (
    <MessagePage site={site} title="That could not be saved just now">
      <p>You are not unsubscribed yet. The link goes on working: please try again in a few minutes.</p>
      <form method="post" action="?by=page">
        <button className="button" type="submit">
          Try again
        </button>
      </form>
    </MessagePage>
  );
}
