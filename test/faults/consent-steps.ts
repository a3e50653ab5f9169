import { applyEvent } from '../../src/events/apply-event.ts';
import { submitBatch } from '../../src/deliveries/submit-batch.ts';
import { readSandboxLedger } from '../../src/sandbox/ledger.ts';
import { newWebhookId } from '../../src/sandbox/webhook-payload.ts';
import { suppressAddress } from '../../src/subscribers/suppress-address.ts';
import { createUnsubscribeToken } from '../../src/subscribers/unsubscribe-token.ts';
import { openScene, type Scene, until } from '../support/scene.ts';
import { pauseWebhooks } from './sending.ts';
import { postSigned } from './webhook-steps.ts';

/** A subscriber with a delivery of an issue before, through which consent may be taken back. */
export interface Reader {
  id: string;
  address: string;
  addressHash: string;
  deliveryId: string;
}

/** Posts a signed event to the pages and answers its status. */
export async function postEvent(scene: Scene, payload: object, id = newWebhookId()): Promise<number> {
  return postSigned(scene, JSON.stringify(payload), { id });
}

/** A signed event over HTTP, applied at once by this process. */
export async function reportEvent(scene: Scene, payload: object): Promise<void> {
  const id = newWebhookId();
  const status = await postEvent(scene, payload, id);
  if (status !== 204) throw new Error(`the event was answered ${status}`);
  await applyEvent(scene.ctx, id);
}

/** What an event about a reader's delivery says. */
export function eventAbout(reader: Reader, type: string, more: object = {}): object {
  const tags = { delivery_id: reader.deliveryId };
  return { type, created_at: new Date().toISOString(), data: { to: [reader.address], tags, ...more } };
}

/** One-click unsubscribing as RFC 8058 has it; answers the status. */
export async function postUnsubscribe(scene: Scene, reader: Pick<Reader, 'id' | 'deliveryId'>): Promise<number> {
  const right = { subscriberId: reader.id, deliveryId: reader.deliveryId };
  const answer = await fetch(`${scene.webUrl}/unsubscribe/${createUnsubscribeToken(scene.ctx.keys, right)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
    redirect: 'manual',
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** Asks again while the answer is "try again", as mail clients do. */
export async function unsubscribeInTheEnd(scene: Scene, reader: Pick<Reader, 'id' | 'deliveryId'>): Promise<void> {
  await until('the unsubscribe is taken', async () => {
    const status = await postUnsubscribe(scene, reader);
    if (status !== 200 && status !== 503) throw new Error(`the unsubscribe was answered ${status}`);
    return status === 200;
  });
}

/** One way of taking consent away, the whole way from the request to the commit. */
export interface Withdrawal {
  name: string;
  /** The table its commit is held by. */
  table: 'consents' | 'suppressions';
  /** Why its deliveries are dropped. */
  reason: 'unsubscribed' | 'suppressed';
  act(scene: Scene, reader: Reader): Promise<unknown>;
}

export const withdrawals: Withdrawal[] = [
  { name: 'a one-click unsubscribe', table: 'consents', reason: 'unsubscribed', act: unsubscribeInTheEnd },
  {
    name: 'a contact unsubscribed at the provider',
    table: 'consents',
    reason: 'unsubscribed',
    act: (scene, { address }) =>
      reportEvent(scene, { type: 'contact.updated', data: { email: address, unsubscribed: true } }),
  },
  {
    name: 'a complaint',
    table: 'suppressions',
    reason: 'suppressed',
    act: (scene, reader) => reportEvent(scene, eventAbout(reader, 'email.complained')),
  },
  {
    name: 'a permanent bounce',
    table: 'suppressions',
    reason: 'suppressed',
    act: (scene, reader) => reportEvent(scene, eventAbout(reader, 'email.bounced', { bounce: { type: 'Permanent' } })),
  },
  {
    name: 'an operator who suppresses the address',
    table: 'suppressions',
    reason: 'suppressed',
    act: ({ ctx }, { addressHash }) =>
      ctx.db.transaction().execute((tx) => suppressAddress(tx, { addressHash, reason: 'manual', source: 'operator' })),
  },
];

/** The same for titles. */
export const withdrawalsByName = withdrawals.map((withdrawal) => [withdrawal.name, withdrawal] as const);

/** Composes, approves and freezes one more issue of the same comparisons: that they were picked before is forgotten. */
export async function freezeNext(scene: Scene): Promise<{ number: number; batchIds: string[] }> {
  await scene.ctx.db.deleteFrom('picks').execute();
  const number = await scene.approve();
  return { number, batchIds: await freeze(scene, number) };
}

/** Freezes an approved issue and answers its batches in order. */
export async function freeze(scene: Scene, number: number): Promise<string[]> {
  const issueId = await scene.send(number);
  const batches = scene.ctx.db.selectFrom('batches').select('id').where('issueId', '=', issueId).orderBy('ordinal');
  return (await batches.execute()).map(({ id }) => id);
}

/** Freezes and hands over a whole issue without any trouble, in this process. */
export async function sendNext(scene: Scene): Promise<number> {
  const { number, batchIds } = await freezeNext(scene);
  for (const batchId of batchIds) await submitBatch(scene.ctx, batchId);
  return number;
}

/** Active subscribers by address, each with a delivery they got. */
export async function listReaders({ ctx }: Scene): Promise<Reader[]> {
  const rows = await ctx.db
    .selectFrom('subscribers as s')
    .innerJoin('deliveries as d', 'd.subscriberId', 's.id')
    .select(['s.id', 's.address', 's.addressHash', 'd.id as deliveryId'])
    .distinctOn('s.id')
    .where('d.state', '=', 'accepted')
    .where('s.state', '=', 'active')
    .execute();
  return rows.map((row) => ({ ...row, address: row.address ?? '' }));
}

export interface SceneWithReaders {
  scene: Scene;
  /** The issue all of them got. */
  firstIssue: number;
  /** A reader nobody has taken yet. */
  takeReader: () => Reader;
}

/** Opens a scene whose readers have all got one issue, of which the provider reports nothing by itself. */
export async function openSceneWithReaders(options: Parameters<typeof openScene>[0]): Promise<SceneWithReaders> {
  const scene = await openScene(options);
  try {
    await pauseWebhooks(scene, true);
    const firstIssue = await sendNext(scene);
    const readers = await listReaders(scene);
    const takeReader = (): Reader => {
      const reader = readers.pop();
      if (reader === undefined) throw new Error('the scene has too few readers');
      return reader;
    };
    return { scene, firstIssue, takeReader };
  } catch (error) {
    await scene.end();
    throw error;
  }
}

/** What became of a reader in an issue; undefined: had no delivery. */
export async function findDelivery({ ctx }: Scene, number: number, readerId: string) {
  return ctx.db
    .selectFrom('deliveries as d')
    .innerJoin('issues as i', 'i.id', 'd.issueId')
    .selectAll('d')
    .where('i.number', '=', number)
    .where('d.subscriberId', '=', readerId)
    .executeTakeFirst();
}

/** How many mails the provider has taken for an address, of one issue or in all. */
export async function countTaken({ ctx, sandboxDb }: Scene, address: string, number?: number): Promise<number> {
  const { mails } = await readSandboxLedger(sandboxDb);
  const toThem = mails.filter(({ to }) => to.includes(address));
  if (number === undefined) return toThem.length;
  const { id } = await ctx.db.selectFrom('issues').select('id').where('number', '=', number).executeTakeFirstOrThrow();
  return toThem.filter(({ tags }) => tags.issue_id === id).length;
}

/** The requests that reached the provider under a batch's keys, in order. */
export async function listBatchRequests({ sandboxDb }: Scene, batchId: string) {
  const { requests } = await readSandboxLedger(sandboxDb);
  return requests.filter(({ idempotencyKey }) => idempotencyKey?.startsWith(`batch-${batchId}-`) === true);
}
