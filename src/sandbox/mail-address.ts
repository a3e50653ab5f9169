const mailboxPattern =
  /^[^\s@<>,;"()]{1,64}@[A-Za-z0-9\u0080-\u{10FFFF}](?:[A-Za-z0-9.\-\u0080-\u{10FFFF}]*)\.[A-Za-z\u0080-\u{10FFFF}][A-Za-z0-9\-\u0080-\u{10FFFF}]*$/u;
const namedPattern = /^(?<name>[^<>\r\n]*)<(?<mailbox>[^<>]+)>$/;

/** RFC 5321 section 4.5.3.1.3, without the angle brackets. */
export const addressLengthLimit = 254;

/** The bare address of `Name <email@example.com>` or of the address itself. */
export function addressOf(recipient: string): string {
  return (namedPattern.exec(recipient.trim())?.groups?.['mailbox'] ?? recipient).trim();
}

/** Whether it has one of the two forms the provider takes: `email@example.com` or `Name <email@example.com>`. */
export function isAddress(recipient: string): boolean {
  const mailbox = addressOf(recipient);
  return mailbox.length <= addressLengthLimit && mailboxPattern.test(mailbox) && !mailbox.includes('..');
}
