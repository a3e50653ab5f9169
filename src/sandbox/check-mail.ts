import { checkHeaders, checkTags, isTag } from './check-headers-and-tags.ts';
import { isAddress } from './mail-address.ts';

/** Resend: at most 50 addresses in `to` (docs: send-email). */
export const recipientCountLimit = 50;

/** One mail as a caller asked for it, checked. */
export interface RequestedMail {
  from: string;
  to: string[];
  cc: string[];
  bcc: string[];
  replyTo: string[];
  subject: string;
  html: string | null;
  text: string | null;
  headers: Record<string, string>;
  tags: Record<string, string>;
}

/** Why one mail is refused, with the provider's status and error name. */
export interface MailFault {
  status: 400 | 422;
  name: 'validation_error' | 'missing_required_field' | 'invalid_parameter' | 'invalid_attachment';
  message: string;
}

/** Whether a check ended in a fault. */
export function isMailFault(checked: RequestedMail | MailFault): checked is MailFault {
  return 'status' in checked;
}

/** Checks one mail by the provider's rules for POST /emails and each member of POST /emails/batch. */
export function checkMail(input: unknown): RequestedMail | MailFault {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return invalid('Each email must be an object.');
  const fields = new Map<string, unknown>(Object.entries(input));
  return (
    checkRequired(fields) ??
    checkUnsupported(fields) ??
    checkRecipients(fields) ??
    checkHeaders(fields.get('headers')) ??
    checkTags(fields.get('tags')) ??
    toMail(fields)
  );
}

function checkRequired(fields: Map<string, unknown>): MailFault | undefined {
  for (const field of ['from', 'to', 'subject']) {
    if (isMissing(fields.get(field))) return missing(`Missing \`${field}\` field.`);
  }
  if (isMissing(fields.get('html')) && typeof fields.get('text') !== 'string') {
    return missing('Missing `html` or `text` field.');
  }
  for (const field of ['from', 'subject', 'html', 'text']) {
    const value = fields.get(field);
    if (!isMissing(value) && typeof value !== 'string') return invalid(`The \`${field}\` field must be a string.`);
  }
  if (/[\r\n]/.test(String(fields.get('subject')))) return invalid('The `subject` field must not contain line breaks.');
  return undefined;
}

/** What the real provider can do and the stand-in cannot is refused rather than quietly dropped. */
function checkUnsupported(fields: Map<string, unknown>): MailFault | undefined {
  for (const field of ['scheduled_at', 'template', 'topic_id']) {
    if (!isMissing(fields.get(field))) {
      return { status: 422, name: 'invalid_parameter', message: `The sandbox does not know the \`${field}\` field.` };
    }
  }
  const attachments = fields.get('attachments');
  if (isMissing(attachments) || (Array.isArray(attachments) && attachments.length === 0)) return undefined;
  return { status: 422, name: 'invalid_attachment', message: 'The sandbox takes no attachments.' };
}

function checkRecipients(fields: Map<string, unknown>): MailFault | undefined {
  for (const field of ['from', 'to', 'cc', 'bcc', 'reply_to']) {
    const addresses = listOf(fields.get(field));
    if (addresses.length > recipientCountLimit) {
      return invalid(`The \`${field}\` field must have at most ${recipientCountLimit} addresses.`);
    }
    if (addresses.every((address) => typeof address === 'string' && isAddress(address))) continue;
    return invalid(
      `Invalid \`${field}\` field. The email address needs to follow the \`email@example.com\` or \`Name <email@example.com>\` format.`,
    );
  }
  return undefined;
}

function toMail(fields: Map<string, unknown>): RequestedMail {
  const tags = listOf(fields.get('tags')).filter(isTag);
  return {
    from: storable(fields.get('from')),
    to: listOf(fields.get('to')).map(storable),
    cc: listOf(fields.get('cc')).map(storable),
    bcc: listOf(fields.get('bcc')).map(storable),
    replyTo: listOf(fields.get('reply_to')).map(storable),
    subject: storable(fields.get('subject')),
    html: optionalText(fields.get('html')),
    text: optionalText(fields.get('text')),
    headers: Object.fromEntries(
      Object.entries(fields.get('headers') ?? {}).map(([name, value]) => [name, storable(value)]),
    ),
    tags: Object.fromEntries(tags.map(({ name, value }) => [name, value])),
  };
}

/** Text as Postgres can hold it: no NUL, no lone surrogates. */
function storable(value: unknown): string {
  return Buffer.from(String(value)).toString().replaceAll('\0', '');
}

function optionalText(value: unknown): string | null {
  return typeof value === 'string' ? storable(value) : null;
}

function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

function missing(message: string): MailFault {
  return { status: 422, name: 'missing_required_field', message };
}

function invalid(message: string): MailFault {
  return { status: 400, name: 'validation_error', message };
}
