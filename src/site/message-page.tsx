import type { ReactNode } from 'react';
import { Page, type SiteFacts } from './layout.tsx';

interface MessageProps {
  site: SiteFacts;
  title: string;
  children: ReactNode;
}

/** A page that says one thing: done, not found, not possible now. */
export function MessagePage({ site, title, children }: MessageProps) {
  return (
    <Page site={site} title={title} isPublic={false}>
      <div className="stack words">
        <h1>{title}</h1>
        {children}
      </div>
    </Page>
  );
}
