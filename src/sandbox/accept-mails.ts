import { randomUUID } from 'node:crypto';
import type { Answer } from './answer.ts';
import { jsonAnswer } from './answer.ts';
import type { RequestedMail } from './check-mail.ts';
import { insertRememberedAnswer } from './idempotency.ts';
import type { Fate } from './sample-address.ts';
import { fateOf } from './sample-address.ts';
import type { SandboxDb, SandboxTx } from './tables.ts';
import type { PlannedWebhook } from './webhook-payload.ts';
import { planWebhooks } from './webhook-payload.ts';

/** Mails to accept in one step, with where they come from. */
export interface Acceptance {
  requestId: number;
  /** Method and path, the scope of the key. */
  endpoint: string;
  key: string | undefined;
  bodyHash: string;
  mails: RequestedMail[];
  /** What is answered, given the new ids in the order of `mails`. */
  answerWith(ids: string[]): unknown;
}

/** Mails with their webhooks and the remembered answer become true in one transaction, or none of it does. */
export async function acceptMails(
  db: SandboxDb,
  acceptance: Acceptance,
  { now, stepMs }: { now: Date; stepMs: number },
): Promise<Answer> {
  const mails = acceptance.mails.map((mail) => identify(mail, now));
  const answer = jsonAnswer(200, acceptance.answerWith(mails.map((mail) => mail.id)));
  await db.transaction().execute(async (tx) => {
    const { endpoint, key, bodyHash, requestId } = acceptance;
    if (key !== undefined) await insertRememberedAnswer(tx, { endpoint, key, bodyHash, answer }, now);
    if (mails.length > 0) {
      await tx
        .insertInto('mails')
        .values(mails.map((mail, position) => toRow(mail, acceptance, position)))
        .execute();
      await insertWebhooks(
        tx,
        mails.flatMap((mail) => planWebhooks(mail, worstFate(mail), stepMs)),
      );
    }
    await tx
      .updateTable('requests')
      .set({ outcome: 'accepted', mailCount: mails.length })
      .where('id', '=', requestId)
      .execute();
  });
  return answer;
}

/** Stores events to be delivered once they have happened. */
export async function insertWebhooks(tx: SandboxDb | SandboxTx, webhooks: PlannedWebhook[]): Promise<void> {
  const rows = webhooks.map((webhook) => ({ ...webhook, nextAt: webhook.occurredAt }));
  await tx.insertInto('events').values(rows).execute();
}

type IdentifiedMail = RequestedMail & { id: string; messageId: string; acceptedAt: Date };

function identify(mail: RequestedMail, acceptedAt: Date): IdentifiedMail {
  const id = randomUUID();
  return { ...mail, id, messageId: `<${id}@example.com>`, acceptedAt };
}

/** A mail to several addresses has one row of events: that of the first address that is not simply delivered. */
function worstFate(mail: RequestedMail): Fate {
  return mail.to.map(fateOf).find((fate) => fate !== 'delivered') ?? 'delivered';
}

function toRow(mail: IdentifiedMail, { requestId, key }: Acceptance, position: number) {
  return {
    id: mail.id,
    requestId,
    position,
    idempotencyKey: key ?? null,
    fromAddress: mail.from,
    toAddresses: JSON.stringify(mail.to),
    cc: JSON.stringify(mail.cc),
    bcc: JSON.stringify(mail.bcc),
    replyTo: JSON.stringify(mail.replyTo),
    subject: mail.subject,
    html: mail.html,
    text: mail.text,
    headers: JSON.stringify(mail.headers),
    tags: JSON.stringify(mail.tags),
    messageId: mail.messageId,
    acceptedAt: mail.acceptedAt,
  };
}
