import { readFileSync } from 'node:fs';

/** Stands before every key where nothing else is set. */
export const usualRedisPrefix = 'weekly-verdicts';

/** Whether it is `redis://` or `rediss://` with a host and, if anything more, user, password, port and the number of a database. */
export function isRedisUrl(text: string): boolean {
  if (!/^rediss?:\/\//.test(text) || !URL.canParse(text)) return false;
  const { hostname, pathname } = new URL(text);
  return hostname !== '' && /^\/?\d*$/.test(pathname);
}

/** The certificates (PEM) of a file; undefined when it cannot be read or holds none. */
export function readCertificates(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    return text.includes('-----BEGIN CERTIFICATE-----') ? text : undefined;
  } catch {
    return undefined;
  }
}
