import { Button, Link } from '@react-email/components';
import { slot } from '../slots.ts';
import { light, typeScale } from './tokens.ts';
import { Words } from './words.tsx';

interface ReadLinkProps {
  link: string | null;
  /** Whose comparison it is, so that the link makes sense read aloud by itself. */
  of: string;
  isLead: boolean;
}

/**
 * The way to the full comparison: a button on the lead, a link elsewhere. Where the page has no address the lead leads to the
 * archive; the others have nothing to add to that.
 */
export function ReadLink({ link, of, isLead }: ReadLinkProps) {
  if (link === null && !isLead) return null;
  const href = link ?? slot('archive_url');
  const words = link === null ? 'Read this issue on the web' : `Read ${of}`;
  if (!isLead)
    return (
      <Words size={13} top={12}>
        <Link href={href} className="accent" style={{ color: light.accent, textDecoration: 'underline' }}>
          {words}
        </Link>
      </Words>
    );
  const look = { ...typeScale[16], padding: '12px 20px', borderRadius: '6px', fontWeight: 700 };
  return (
    <Words top={20}>
      <Button href={href} className="button" style={{ ...look, backgroundColor: light.accent, color: light.surface }}>
        {words}
      </Button>
    </Words>
  );
}
