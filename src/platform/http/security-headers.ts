import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';

/** Pages load their own stylesheet and pictures, post to themselves, show their own frames, and run no script. */
const pagePolicy = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  formAction: ["'self'"],
  frameSrc: ["'self'"],
  baseUri: ["'none'"],
  frameAncestors: ["'self'"],
};

/**
 * What every answer carries. A handler that needs another Content-Security-Policy or Referrer-Policy sets its own, which is kept.
 * No HSTS: whoever ends TLS decides that for the whole host. No Origin-Agent-Cluster: a browser wants one answer from a whole
 * origin, and other pages of it may carry none.
 */
export function securityHeaders(): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: pagePolicy,
    strictTransportSecurity: false,
    originAgentCluster: false,
    referrerPolicy: 'strict-origin-when-cross-origin',
    permissionsPolicy: { camera: [], microphone: [], geolocation: [], browsingTopics: [] },
    overwrite: false,
  });
}

/** For an answer that is a mail: its styles stand in the mail, its pictures may come from anywhere, and nothing in it runs. */
export const mailPolicy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "img-src 'self' data: https:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

/** The same in a sandbox of its own origin, for mails that nobody has approved yet; links open in a new tab. */
export const sandboxedMailPolicy = `${mailPolicy}; sandbox allow-popups allow-popups-to-escape-sandbox`;
