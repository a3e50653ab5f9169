import type { MailFault } from './check-mail.ts';

/** Resend: at most 75 tags a mail, name and value of at most 256 characters each (docs: tags). */
export const tagCountLimit = 75;
export const tagLengthLimit = 256;

const tagPattern = /^[A-Za-z0-9_-]+$/;
/** RFC 5322 section 2.2: printable ASCII without the colon. */
const headerNamePattern = /^[!-9;-~]+$/;

/** Custom headers: an object of strings, and nothing that could begin another header. */
export function checkHeaders(headers: unknown): MailFault | undefined {
  if (headers === undefined || headers === null) return undefined;
  if (typeof headers !== 'object' || Array.isArray(headers)) return invalid('The `headers` field must be an object.');
  for (const [name, value] of Object.entries(headers)) {
    if (!headerNamePattern.test(name)) return invalid(`Invalid header name \`${name}\`.`);
    if (typeof value !== 'string' || /[\r\n\0]/.test(value)) {
      return invalid(`The header \`${name}\` must be a string without line breaks.`);
    }
  }
  return undefined;
}

/** Tags: a list of `{name, value}`, ASCII letters, digits, underscores and dashes alone. */
export function checkTags(tags: unknown): MailFault | undefined {
  if (tags === undefined || tags === null) return undefined;
  if (!Array.isArray(tags)) return invalid('The `tags` field must be an array.');
  if (tags.length > tagCountLimit) return invalid(`The \`tags\` field must have at most ${tagCountLimit} tags.`);
  return tags.every(isTag) ? undefined : invalid(tagSentence);
}

const tagSentence = `Tags should only contain ASCII letters, numbers, underscores, or dashes, and at most ${tagLengthLimit} characters.`;

/** Whether this is a `{name, value}` the provider takes. */
export function isTag(tag: unknown): tag is { name: string; value: string } {
  if (typeof tag !== 'object' || tag === null || !('name' in tag) || !('value' in tag)) return false;
  return [tag.name, tag.value].every(
    (part) => typeof part === 'string' && part.length <= tagLengthLimit && tagPattern.test(part),
  );
}

function invalid(message: string): MailFault {
  return { status: 400, name: 'validation_error', message };
}
