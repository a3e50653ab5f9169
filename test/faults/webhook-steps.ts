import { signWebhook } from '../../src/sandbox/sign-webhook.ts';
import { newWebhookId } from '../../src/sandbox/webhook-payload.ts';
import { type Scene, until, webhookSecret } from '../support/scene.ts';

export interface Signing {
  id?: string;
  secret?: string;
  /** Seconds since it was signed; negative is the future. */
  ageSeconds?: number;
}

/** The headers of a request with this body, as the provider signs them. */
export function signHeaders(body: string, { id, secret, ageSeconds = 0 }: Signing = {}): Record<string, string> {
  const sentAt = new Date(Date.now() - ageSeconds * 1000);
  return signWebhook({ id: id ?? newWebhookId(), payload: body, secret: secret ?? webhookSecret, sentAt });
}

/** Posts any bytes with any headers to the pages; answers the status. */
export async function postBytes(
  { webUrl }: Pick<Scene, 'webUrl'>,
  body: string | Uint8Array | ReadableStream<Uint8Array>,
  headers: Record<string, string>,
): Promise<number> {
  const request = { method: 'POST', headers, body, redirect: 'manual', duplex: 'half' } as const;
  const answer = await fetch(`${webUrl}/webhooks/resend`, request);
  await answer.arrayBuffer();
  return answer.status;
}

/** Signs and posts a text as it is. */
export async function postSigned(scene: Pick<Scene, 'webUrl'>, body: string, signing: Signing = {}): Promise<number> {
  return postBytes(scene, body, signHeaders(body, signing));
}

/** Signs and posts an event, which must be taken, and waits until workers are done with it; answers what became of it. */
export async function tellEvent(scene: Scene, payload: object) {
  const id = newWebhookId();
  const status = await postSigned(scene, JSON.stringify(payload), { id });
  if (status !== 204) throw new Error(`the event was answered ${status}`);
  return untilSettled(scene, id);
}

/** What `POST _control/webhooks/<what>` of the provider's stand-in answers. */
export async function askProvider({ sandboxUrl }: Scene, what: string, body: object): Promise<unknown> {
  const answer = await fetch(`${sandboxUrl}/api/_control/webhooks/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`the sandbox answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** A stored event. */
export async function findEvent({ ctx }: Scene, svixId: string) {
  return ctx.db.selectFrom('providerEvents').selectAll().where('svixId', '=', svixId).executeTakeFirst();
}

export async function countEvents({ ctx }: Scene): Promise<number> {
  const { count } = await ctx.db
    .selectFrom('providerEvents')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Waits until workers have settled an event and answers what became of it. */
export async function untilSettled(scene: Scene, svixId: string) {
  await until(`event ${svixId} is settled`, async () => (await findEvent(scene, svixId))?.settledAt != null);
  return findEvent(scene, svixId);
}

/** Everything an event can change, to be compared with itself. */
export async function readConsequences({ ctx }: Scene): Promise<unknown> {
  const { db } = ctx;
  const deliveries = db
    .selectFrom('deliveries')
    .select(['id', 'state', 'reason', 'acceptedAt', 'outcome', 'outcomeAt']);
  return {
    deliveries: await deliveries.orderBy('id').execute(),
    suppressions: await db.selectFrom('suppressions').selectAll().orderBy('id').execute(),
    subscribers: await db.selectFrom('subscribers').select(['id', 'state', 'unsubscribedAt']).orderBy('id').execute(),
    consents: await db.selectFrom('consents').select('id').orderBy('id').execute(),
  };
}
