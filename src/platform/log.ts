import { pino, type Logger } from 'pino';

export type Log = Logger;

/** Fields that could carry a person or a secret are never written, wherever they stand. */
const redacted = ['address', 'email', 'to', 'token', 'key', 'authorization', 'html', 'text', 'body', 'payload'];

/** JSON lines on stderr; stdout belongs to the commands. */
export function createLog(level: string): Log {
  const paths = redacted.flatMap((field) => [field, `*.${field}`]);
  return pino({ level, redact: { paths, censor: '[redacted]' } }, pino.destination({ dest: 2, sync: true }));
}
