import { createHash } from 'node:crypto';
import type { Handler } from 'hono';
import { pageRules } from './style-rules.ts';
import { tokens } from './style-tokens.ts';

/** The one stylesheet of all pages. */
export const styleSheet = `${tokens}${pageRules}`;

const styleHash = createHash('sha256').update(styleSheet).digest('hex').slice(0, 10);

/** Where pages link it; the hash changes with the words, so that it may be kept for a year. */
export const styleUrl = `/assets/style.css?v=${styleHash}`;

const yearSeconds = 31_536_000;
const shortWhileSeconds = 300;

/** GET /assets/style.css */
export function showStyle(): Handler {
  return (c) => {
    const isNamed = c.req.query('v') === styleHash;
    c.header(
      'Cache-Control',
      isNamed ? `public, max-age=${yearSeconds}, immutable` : `public, max-age=${shortWhileSeconds}`,
    );
    c.header('ETag', `"${styleHash}"`);
    if (c.req.header('If-None-Match') === `"${styleHash}"`) return c.body(null, 304);
    return c.body(styleSheet, 200, { 'Content-Type': 'text/css; charset=utf-8' });
  };
}
