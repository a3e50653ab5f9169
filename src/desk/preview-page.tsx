import type { Preview } from '../issues/preview-issue.ts';
import type { Issue } from '../issues/queries.ts';
import { countCodePoints } from '../issues/render/clean-words.ts';
import { preheaderLimit, subjectLimit } from '../issues/render/subject-line.ts';
import type { DraftCheck } from '../issues/render-draft.ts';
import type { SiteFacts } from '../site/layout.tsx';
import { checkNames } from './check-names.ts';
import { DeskPage } from './desk-page.tsx';
import { StateTag } from './issue-list.tsx';

interface PreviewProps {
  site: SiteFacts;
  number: number;
  state: Issue['state'];
  preview: Preview;
}

/** One issue as it will look: in an inbox, on a phone, on a desk, in the dark, as text. */
export function PreviewPage({ site, number, state, preview }: PreviewProps) {
  return (
    <DeskPage site={site} title={`Preview of issue ${number}`} width="full">
      <div className="stack">
        <h1>
          Issue {number} <StateTag state={state} />
        </h1>
        <div className="split">
          <InboxRow sender={site.newsletterName} subject={preview.subject} preheader={preview.preheader} />
          <Checks checks={preview.checks} />
        </div>
        <Views number={number} text={preview.text} />
      </div>
    </DeskPage>
  );
}

function InboxRow({ sender, subject, preheader }: { sender: string; subject: string; preheader: string }) {
  return (
    <section className="stack" aria-labelledby="inbox">
      <h2 id="inbox">In the inbox</h2>
      <div className="surface inbox-row">
        <strong className="clip">{sender}</strong>
        <span className="clip">{subject}</span>
        <span className="clip muted">{preheader}</span>
      </div>
      <p className="small muted">
        Subject {countCodePoints(subject)} of {subjectLimit} characters, preheader {countCodePoints(preheader)} of{' '}
        {preheaderLimit}.
      </p>
    </section>
  );
}

function Checks({ checks }: { checks: DraftCheck[] }) {
  const failed = new Set<string>(checks.map(({ code }) => code));
  const passed = Object.entries(checkNames).filter(([code]) => !failed.has(code));
  return (
    <section className="stack" aria-labelledby="checks">
      <h2 id="checks">
        {checks.length === 0
          ? `All ${passed.length} checks passed`
          : `${checks.length} to mend, ${passed.length} passed`}
      </h2>
      {checks.length > 0 && (
        <ul className="checks is-mending">
          {checks.map(({ code, blocking, sentence }) => (
            <li key={`${code} ${sentence}`}>
              <span className="mark">▽</span>
              <span>
                {blocking && <strong>Keeps it from being approved. </strong>}
                {sentence}
              </span>
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary className="small muted">What was checked</summary>
        <ul className="checks small muted">
          {passed.map(([code, name]) => (
            <li key={code}>
              <span className="mark">▲</span>
              {name}
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}

function Views({ number, text }: { number: number; text: string }) {
  const mail = `/desk/issues/${number}/preview/mail`;
  return (
    <section className="views apart" aria-label="Views">
      <View look="is-phone" title="Phone, 360 px" src={`${mail}?scheme=light`} />
      <View look="is-desktop" title="Desktop, 640 px" src={`${mail}?scheme=light`} />
      <View look="is-phone" title="Dark, 360 px" src={`${mail}?scheme=dark`} />
      <figure className="is-text">
        <figcaption>Text</figcaption>
        <pre tabIndex={0}>{text}</pre>
      </figure>
    </section>
  );
}

function View({ look, title, src }: { look: string; title: string; src: string }) {
  return (
    <figure className={look}>
      <figcaption>{title}</figcaption>
      <iframe title={title} src={src} sandbox="allow-popups allow-popups-to-escape-sandbox" />
    </figure>
  );
}
