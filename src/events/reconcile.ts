import { sql } from 'kysely';
import { z } from 'zod';
import type { Context } from '../context.ts';
import type { Outcome } from '../deliveries/delivery.ts';
import { waitForPace } from '../deliveries/pace.ts';
import { insertEventUnlessKnown } from './queries.ts';
import { outcomeOf } from './provider-event.ts';

/** Resend keeps what it knows of a mail for so long. Source: Resend docs, account-quotas-and-limits. */
export const reconcileLimitMs = 30 * 86_400_000;
const deadlineLimitMs = 10_000;

/** Which deliveries to ask about. */
export interface Reconciling {
  /** Accepted before this, and without an outcome that is final. */
  acceptedBefore: Date;
  /** Not asked about since. */
  askedBefore: Date;
  /** So many at most, the newest first. */
  limit: number;
  /** Only of this issue. */
  issueId?: string;
  signal?: AbortSignal | undefined;
  /** Applies what was learnt at once; else a job does. */
  onLearnt?: (svixId: string) => Promise<void>;
}

export interface Reconciled {
  /** Answers got. */
  asked: number;
  /** Of these, how many told something new. */
  learnt: number;
  /** Why it ended before all were asked; `refused`: this key may not read. */
  ended: 'done' | 'refused' | 'silent' | 'stopped';
  /** The provider's words where it did not answer. */
  words?: string;
}

/**
 * Asks the provider, one mail at a time in the lane of single calls, what became of accepted deliveries nobody has reported on:
 * our webhook address may have been down for longer than it repeats an event. An answer is stored and applied like an event.
 * Of a bounce it does not say whether it is for good, so that suppresses nobody here; the provider's own list does.
 */
export async function reconcile(ctx: Context, reconciling: Reconciling): Promise<Reconciled> {
  const result: Reconciled = { asked: 0, learnt: 0, ended: 'done' };
  for (const delivery of await listUnreported(ctx, reconciling)) {
    if (!(await waitForPace(ctx, 'mail', reconciling.signal))) return { ...result, ended: 'stopped' };
    const read = await readMail(ctx, delivery.providerId, reconciling.signal);
    // Gone there, or never known to this account: not asked again before a day is over.
    const isGone = read.kind === 'refused' && read.status === 404;
    if (read.kind !== 'read' && !isGone) return { ...result, ended: read.kind, words: read.words };
    await noteAsked(ctx, delivery.providerId);
    result.asked += 1;
    const svixId = read.kind === 'read' ? await storeAnswer(ctx, delivery, read.value) : undefined;
    if (svixId === undefined) continue;
    result.learnt += 1;
    await (reconciling.onLearnt?.(svixId) ?? ctx.queue.ring('apply-events', [{}]));
  }
  return result;
}

interface Unreported {
  id: string;
  providerId: string;
  outcome: Outcome | null;
}

async function listUnreported(ctx: Context, reconciling: Reconciling): Promise<Unreported[]> {
  const { acceptedBefore, askedBefore, limit, issueId } = reconciling;
  const oldest = new Date(ctx.clock.now().getTime() - reconcileLimitMs);
  // Through the few issues of these weeks: there is no index over what changes with each event.
  const ofIssue = issueId === undefined ? sql`i.frozen_at > ${oldest}` : sql`i.id = ${issueId}`;
  const { rows } = await sql<Unreported>`
    select d.id, m.provider_id, d.outcome
    from issues i join deliveries d on d.issue_id = i.id
      join provider_messages m on m.delivery_id = d.id and m.superseded_at is null
    where ${ofIssue} and d.state = 'accepted' and (d.outcome is null or d.outcome in ('sent', 'delayed'))
      and d.accepted_at < ${acceptedBefore} and d.accepted_at > ${oldest}
      and (m.asked_at is null or m.asked_at < ${askedBefore})
    order by d.accepted_at desc, d.id limit ${limit}`.execute(ctx.db);
  return rows;
}

const mailForm = z.object({ id: z.string(), to: z.array(z.string()), last_event: z.string().nullish() });

async function readMail(ctx: Context, providerId: string, signal: AbortSignal | undefined) {
  return ctx.mailer.read({
    path: `/emails/${encodeURIComponent(providerId)}`,
    form: mailForm,
    deadlineMs: Math.min(ctx.config.callDeadlineMs, deadlineLimitMs),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function noteAsked(ctx: Context, providerId: string): Promise<void> {
  const askedAt = ctx.clock.now();
  await ctx.db.updateTable('providerMessages').set({ askedAt }).where('providerId', '=', providerId).execute();
}

/** The stored event's id when the answer tells more than is known; `opened` and `clicked` tell that the mail is there. */
async function storeAnswer(
  ctx: Context,
  delivery: Unreported,
  mail: z.infer<typeof mailForm>,
): Promise<string | undefined> {
  const event = mail.last_event?.replace(/^email\./, '');
  const said = event === 'opened' || event === 'clicked' ? 'delivered' : event;
  const type = `email.${said ?? 'queued'}`;
  const outcome = outcomeOf(type);
  if (outcome === undefined || outcome === delivery.outcome) return undefined;
  const svixId = `asked-${delivery.providerId}-${outcome}`;
  const facts = { email_id: delivery.providerId, to: mail.to, tags: { delivery_id: delivery.id } };
  const receivedAt = ctx.clock.now();
  const payload = { type, data: facts, asked: true };
  const isNew = await insertEventUnlessKnown(ctx.db, { svixId, type, occurredAt: null, receivedAt, payload });
  return isNew ? svixId : undefined;
}
