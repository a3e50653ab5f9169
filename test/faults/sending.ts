import { sql } from 'kysely';
import { expect } from 'vitest';
import type { Account } from '../../src/deliveries/account-issue.ts';
import {
  getSendingSwitch,
  type SendingSwitch,
  switchSendingOff,
  switchSendingOn,
} from '../../src/deliveries/sending-switch.ts';
import { type LedgerRequest, readSandboxLedger } from '../../src/sandbox/ledger.ts';
import { checkOracles } from '../support/check-oracles.ts';
import { type Scene, until } from '../support/scene.ts';

/** A deadline no answer of the stand-in misses, however busy the machine: only a fault brings doubt. */
export const patient = { RESEND_TIMEOUT_MS: '20000' };

/** Composes and approves one more issue of the same comparisons: that they were picked before is forgotten. */
export async function approveAgain(scene: Scene): Promise<number> {
  await scene.ctx.db.deleteFrom('picks').execute();
  return scene.approve();
}

/** Approves and freezes one more issue while sending is off, so that faults can be laid on single batches; answers its number. */
export async function freezeHeld(scene: Scene): Promise<number> {
  const number = await approveAgain(scene);
  await holdSending(scene);
  await scene.send(number);
  return number;
}

/** Switches sending off as a person would. */
export async function holdSending({ ctx }: Scene): Promise<void> {
  await switchSendingOff(ctx, { reason: 'held by the test', by: 'test', resumesAt: null });
}

/** Switches sending on as a person would. */
export async function letSendingGo({ ctx }: Scene): Promise<void> {
  await switchSendingOn(ctx, { by: 'test' });
}

export async function readSwitch({ ctx }: Scene): Promise<SendingSwitch> {
  return getSendingSwitch(ctx.db);
}

/** Holds the provider's webhooks back, so that no event proves what only asking again shall find out; or lets them go. */
export async function pauseWebhooks(scene: Scene, paused: boolean): Promise<void> {
  await control(scene, 'webhooks', { paused });
}

/** Drops the webhooks held back so far. */
export async function dropWebhooks({ sandboxDb }: Scene): Promise<void> {
  await sandboxDb.deleteFrom('events').execute();
}

/** The requests a second the provider takes and states from now on. */
export async function setProviderRate(scene: Scene, limit: number): Promise<void> {
  await control(scene, 'rate-limit', { limit });
}

async function control({ sandboxUrl }: Scene, what: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${sandboxUrl}/api/_control/${what}`, {
    method: 'PUT',
    headers,
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
}

/** An issue's batches in their order, children of a split behind. */
export async function listBatches({ ctx }: Scene, number: number) {
  return ctx.db
    .selectFrom('batches as b')
    .innerJoin('issues as i', 'i.id', 'b.issueId')
    .selectAll('b')
    .where('i.number', '=', number)
    .orderBy('b.ordinal')
    .execute();
}

/** A batch's calls as our evidence has them, oldest first. */
export async function listCalls({ ctx }: Scene, batchId: string) {
  return ctx.db.selectFrom('calls').selectAll().where('batchId', '=', batchId).orderBy('attempt').execute();
}

/** What the provider was asked under a batch's keys, oldest first. */
export async function listRequests({ sandboxDb }: Scene, batchId: string): Promise<LedgerRequest[]> {
  const { requests } = await readSandboxLedger(sandboxDb);
  return requests.filter((request) => request.idempotencyKey?.startsWith(`batch-${batchId}-`));
}

/** Deliveries of an issue with their addresses, in the order of their batches. */
export async function listDeliveries({ ctx }: Scene, number: number) {
  return ctx.db
    .selectFrom('deliveries as d')
    .innerJoin('batches as b', 'b.id', 'd.batchId')
    .innerJoin('issues as i', 'i.id', 'd.issueId')
    .select(['d.id', 'd.subscriberId', 'd.batchId', 'd.state', 'd.reason', 'd.address', 'd.outcome'])
    .where('i.number', '=', number)
    .orderBy('b.ordinal')
    .orderBy('d.batchPosition')
    .execute();
}

export async function getIssueNamed({ ctx }: Scene, number: number) {
  return ctx.db.selectFrom('issues').selectAll().where('number', '=', number).executeTakeFirstOrThrow();
}

/** The codes of all alerts so far, oldest first. */
export async function listAlerts({ ctx }: Scene): Promise<string[]> {
  const rows = await ctx.db
    .selectFrom('auditLog')
    .select('action')
    .where('action', 'like', 'alert:%')
    .orderBy('id')
    .execute();
  return rows.map(({ action }) => action.slice('alert:'.length));
}

/** Nobody holds back any more: the back-off of every batch and of the provider is over. */
export async function letTimePass(scene: Scene): Promise<void> {
  // A second ago: a claim's clock counts whole milliseconds, so that "now" could still lie ahead of it.
  await sql`update batches set ring_at = now() - interval '1 second' where ring_at > now() and state in ('waiting', 'doubt')`.execute(
    scene.ctx.db,
  );
  await letProviderGo(scene);
}

/** The hold over all batches is over; each one's own back-off stays. */
export async function letProviderGo({ ctx }: Scene): Promise<void> {
  await sql`update provider_limits set hold_until = now() where hold_until > now()`.execute(ctx.db);
}

/** Waits until an issue is sent, without waiting for back-offs. */
export async function waitSent(scene: Scene, number: number): Promise<void> {
  await until(
    `issue ${number} is sent`,
    async () => {
      await letTimePass(scene);
      return (await scene.account(number)).state === 'sent';
    },
    60,
  );
}

/** The issue's accounting has these figures and balances, and every oracle holds. */
export async function expectWell(scene: Scene, number: number, figures: Partial<Account>): Promise<void> {
  expect(await scene.account(number)).toMatchObject({ ...figures, balanced: true });
  expect(await checkOracles(scene, { isEnded: true })).toEqual([]);
}

/** All of these are one key and one body: what may be asked again without a second mail. */
export function expectSameBytes(requests: readonly LedgerRequest[]): void {
  expect(new Set(requests.map((request) => `${request.idempotencyKey} ${request.bodyHash}`)).size).toBe(1);
}
