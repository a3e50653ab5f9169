import { Body, Container, Head, Html } from '@react-email/components';
import type { ReactNode } from 'react';
import { styleSheet } from './style-sheet.ts';
import { fontFamily, light, mailWidth } from './tokens.ts';

interface LayoutProps {
  title: string;
  /** The line an inbox shows after the subject. */
  preheader: string;
  children: ReactNode;
}

/** Filler after the preheader, so that an inbox does not go on with the first words of the mail. */
const preheaderFiller = '\u00A0\u200C'.repeat(60);

/** What every mail shares: language, colour schemes, paper and width. */
export function Layout({ title, preheader, children }: LayoutProps) {
  return (
    <Html lang="en" dir="ltr">
      <Head>
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: styleSheet }} />
      </Head>
      <Body className="paper" style={{ margin: 0, padding: 0, backgroundColor: light.paper, fontFamily }}>
        <div style={{ display: 'none', overflow: 'hidden', maxHeight: 0, maxWidth: 0, opacity: 0 }}>
          {preheader}
          {preheaderFiller}
        </div>
        <Page>{children}</Page>
      </Body>
    </Html>
  );
}

function Page({ children }: { children: ReactNode }) {
  return (
    <Container className="paper" style={{ maxWidth: `${mailWidth}px`, backgroundColor: light.paper }}>
      <table role="presentation" width="100%" cellPadding="0" cellSpacing="0" border={0}>
        <tbody>
          <tr>
            <td className="page" style={{ padding: '32px 24px' }}>
              {children}
            </td>
          </tr>
        </tbody>
      </table>
    </Container>
  );
}
