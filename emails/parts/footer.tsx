import { Link } from '@react-email/components';
import type { ReactNode } from 'react';
import { slot } from '../slots.ts';
import type { ReasonLine, WeeklyIssueProps } from '../weekly-issue-props.ts';
import { Ruled } from './box.tsx';
import { light } from './tokens.ts';
import { Words } from './words.tsx';

/** Why these picks: the reasons, as the editor read them. */
export function WhyThesePicks({ reasons }: { reasons: ReasonLine[] }) {
  if (reasons.length === 0) return null;
  return (
    <Ruled top={32}>
      <Words as="h2" size={16}>
        Why these picks
      </Words>
      {reasons.map((reason) => (
        <Words key={reason.of} size={13} tone="muted" top={8}>
          <strong className="ink" style={{ color: light.ink }}>
            {`${reason.of}: `}
          </strong>
          {reason.sentences}
        </Words>
      ))}
    </Ruled>
  );
}

/** Who sends this, why it came, and the way out. */
export function Footer({ newsletterName, issueNumber, postalAddress }: WeeklyIssueProps) {
  return (
    <Ruled top={32}>
      <Words size={13} tone="muted">
        {`${newsletterName} sends one mail a week. Issue ${issueNumber} came to `}
        <bdi>{slot('first_name')}</bdi>
        {' because you confirmed that you want it.'}
      </Words>
      <Words size={13} tone="muted" top={8}>
        <FooterLink href={slot('unsubscribe_url')}>Unsubscribe</FooterLink>
        {' · '}
        <FooterLink href={slot('archive_url')}>Read this issue on the web</FooterLink>
      </Words>
      <Words size={13} tone="muted" top={8}>
        {postalAddress}
      </Words>
    </Ruled>
  );
}

function FooterLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className="accent" style={{ color: light.accent, textDecoration: 'underline' }}>
      {children}
    </Link>
  );
}
