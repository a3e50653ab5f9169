import type { StoredMail } from './mail-queries.ts';

const boundary = 'sandbox-part';

/** A mail as one MIME text (RFC 2045), for reading: nothing is encoded, so that the parts look as they were handed over. */
export function toMailSource(mail: StoredMail): string {
  const lines = [
    ...mailHeaders(mail).map(([name, value]) => `${name}: ${value}`),
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
    '',
  ];
  for (const [type, content] of [['text/plain', mail.text] as const, ['text/html', mail.html] as const]) {
    if (content === null) continue;
    lines.push(`--${boundary}`, `Content-Type: ${type}; charset=utf-8`, 'Content-Transfer-Encoding: 8bit', '', content);
  }
  return [...lines, `--${boundary}--`, ''].join('\r\n');
}

/** Every header of a mail in the order a reader looks for them, the caller's own last. */
export function mailHeaders(mail: StoredMail): [string, string][] {
  const lists = { To: mail.toAddresses, Cc: mail.cc, 'Reply-To': mail.replyTo };
  return [
    ['From', mail.fromAddress],
    ...Object.entries(lists).flatMap(([name, list]): [string, string][] =>
      list.length === 0 ? [] : [[name, list.join(', ')]],
    ),
    ['Subject', mail.subject],
    ['Date', mail.acceptedAt.toUTCString()],
    ['Message-ID', mail.messageId],
    ...Object.entries(mail.headers),
  ];
}
