import { pino, type Logger } from 'pino';

export type Log = Logger;

/** Fields that could carry a person or a secret are never written, wherever they stand. */
const redacted = ['address', 'email', 'to', 'token', 'key', 'authorization', 'html', 'text', 'body', 'payload'];

/** JSON lines on stderr; stdout belongs to the commands. */
export function createLog(level: string): Log {
  const paths = redacted.flatMap((field) => [field, `*.${field}`]);
  return pino(
    { level, redact: { paths, censor: '[redacted]' }, serializers: { err: describeError } },
    pino.destination({ dest: 2, sync: true }),
  );
}

/** An error without its context: drivers put rows and parameters there. Addresses and links with tokens go from its words too. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: withoutPeople(String(error)) };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  return {
    type: error.name,
    message: withoutPeople(error.message),
    stack: withoutPeople(error.stack ?? ''),
    ...code,
    ...cause,
  };
}

function withoutPeople(words: string): string {
  return words
    .replaceAll(/[^\s<>"'`(=]+@[^\s<>"'`)]+\.[a-z]{2,}/gi, '(address)')
    .replaceAll(/(\/(?:unsubscribe|confirm|preferences|vote|saved?)\/)[\w.-]+/g, '$1(token)');
}
