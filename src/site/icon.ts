import type { Handler } from 'hono';

/** A filled up-triangle: ship. */
const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#14713A" d="M8 2 15 14H1z"/></svg>';

/** The icon within the page that links it: no request of its own. */
export const iconUrl = `data:image/svg+xml,${encodeURIComponent(icon)}`;

const daySeconds = 86_400;

/**
 * GET /favicon.ico: what browsers ask for beside a document that links none, such as a mail in a tab of its own. A mail is shown as
 * of no origin, to which nothing is of the same one.
 */
export function showIcon(): Handler {
  return (c) =>
    c.body(icon, 200, {
      'Content-Type': 'image/svg+xml',
      'Cache-Control': `public, max-age=${daySeconds}`,
      'Cross-Origin-Resource-Policy': 'cross-origin',
    });
}
