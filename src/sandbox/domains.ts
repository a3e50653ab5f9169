import { z } from 'zod';
import { type Answer, errorAnswer, jsonAnswer } from './answer.ts';
import type { RequestedMail } from './check-mail.ts';
import { addressOf } from './mail-address.ts';
import type { Worked } from './send-mails.ts';
import type { SandboxDb } from './tables.ts';

/** Where a sender's domain may stand (docs: managing domains). */
export const domainStatuses = [
  'verified',
  'pending',
  'not_started',
  'failed',
  'partially_verified',
  'partially_failed',
  'temporary_failure',
] as const;
export type DomainStatus = (typeof domainStatuses)[number];

const refusedStatuses = ['pending', 'not_started', 'failed'];
const domainPageLimit = 100;
const pageSchema = z.object({
  limit: z.coerce.number().int().min(1).max(domainPageLimit).default(20),
  after: z.uuid().optional(),
});

/** Says where a domain stands from now on; `gone` takes it off the list. */
export async function setDomain(
  db: SandboxDb,
  { name, status }: { name: string; status: DomainStatus | 'gone' },
): Promise<void> {
  if (status === 'gone') {
    await db.deleteFrom('domains').where('name', '=', name).execute();
    return;
  }
  await db
    .insertInto('domains')
    .values({ name, status })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ status }))
    .execute();
}

/** GET /domains: by name, `limit` 1 to 100, `after` one id. */
export async function readDomainList(db: SandboxDb, query: Record<string, string>): Promise<Worked> {
  const page = pageSchema.safeParse(query);
  if (!page.success) {
    const message = `The pagination is invalid: \`limit\` is 1 to ${domainPageLimit}, \`after\` is a domain's id.`;
    return { answer: errorAnswer(422, 'invalid_parameter', message), outcome: 'read' };
  }
  const { limit, after } = page.data;
  const cursor = db
    .selectFrom('domains as d')
    .select('d.name')
    .where('d.id', '=', after ?? '');
  const rows = await db
    .selectFrom('domains')
    .selectAll()
    .$if(after !== undefined, (rest) => rest.where('name', '>', cursor))
    .orderBy('name')
    .limit(limit + 1)
    .execute();
  const data = rows.slice(0, limit).map(({ id, name, status, createdAt }) => ({
    id,
    name,
    status,
    created_at: createdAt.toISOString(),
    region: 'us-east-1',
  }));
  return { answer: jsonAnswer(200, { object: 'list', has_more: rows.length > limit, data }), outcome: 'read' };
}

/** The refusal of mails from a domain that is listed and not verified; a sender whose domain is not listed is taken here. */
export async function refuseSender(db: SandboxDb, mails: RequestedMail[]): Promise<Answer | undefined> {
  const names = new Set(mails.map(({ from }) => addressOf(from).toLowerCase().split('@')[1] ?? ''));
  const refused = await db
    .selectFrom('domains')
    .select('name')
    .where('name', 'in', [...names])
    .where('status', 'in', refusedStatuses)
    .limit(1)
    .executeTakeFirst();
  if (refused === undefined) return undefined;
  return errorAnswer(403, 'validation_error', `The domain ${refused.name} is not verified.`);
}
