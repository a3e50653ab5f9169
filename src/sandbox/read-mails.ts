import { z } from 'zod';
import type { Answer } from './answer.ts';
import { errorAnswer, jsonAnswer } from './answer.ts';
import type { MailSummary } from './mail-queries.ts';
import { findMail, listMailsFromCursor, mailPageLimit } from './mail-queries.ts';
import type { Worked } from './send-mails.ts';
import type { SandboxDb } from './tables.ts';

const cursorSchema = z
  .object({
    limit: z.coerce.number().int().min(1).max(mailPageLimit).default(20),
    after: z.uuid().optional(),
    before: z.uuid().optional(),
  })
  .refine(({ after, before }) => after === undefined || before === undefined);

/** GET /emails: newest first, `limit` 1 to 100, `after` or `before` one id. */
export async function readMailList(db: SandboxDb, query: Record<string, string>, now: Date): Promise<Worked> {
  const cursor = cursorSchema.safeParse(query);
  if (!cursor.success) {
    const message = `The pagination is invalid: \`limit\` is 1 to ${mailPageLimit}, \`after\` or \`before\` is an email's id.`;
    return read(errorAnswer(422, 'invalid_parameter', message));
  }
  const { mails, hasMore } = await listMailsFromCursor(db, cursor.data, now);
  return read(jsonAnswer(200, { object: 'list', has_more: hasMore, data: mails.map(toListed) }));
}

/** GET /emails/:id. */
export async function readMail(db: SandboxDb, id: string, now: Date): Promise<Worked> {
  const mail = await findMail(db, id, now);
  if (mail === undefined) return read(errorAnswer(404, 'not_found', 'Email not found'));
  const tags = Object.entries(mail.tags).map(([name, value]) => ({ name, value }));
  return read(jsonAnswer(200, { object: 'email', ...toListed(mail), html: mail.html, text: mail.text, tags }));
}

function toListed(mail: MailSummary): Record<string, unknown> {
  return {
    id: mail.id,
    to: mail.toAddresses,
    from: mail.fromAddress,
    created_at: mail.acceptedAt.toISOString(),
    subject: mail.subject,
    bcc: mail.bcc,
    cc: mail.cc,
    reply_to: mail.replyTo,
    last_event: mail.lastEvent,
    scheduled_at: null,
  };
}

function read(answer: Answer): Worked {
  return { answer, outcome: 'read' };
}
