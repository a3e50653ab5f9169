import { sql } from 'kysely';
import { expect } from 'vitest';
import type { ScheduleChanges } from '../../src/schedule/change-schedule.ts';
import { editSchedule } from '../../src/schedule/edit-schedule.ts';
import { ensureSchedule } from '../../src/schedule/queries.ts';
import { readSandboxLedger } from '../../src/sandbox/ledger.ts';
import { importSubscribers } from '../../src/subscribers/import-subscribers.ts';
import { type Scene, unwrap, until } from '../support/scene.ts';
import { getIssueNamed, pauseWebhooks } from './sending.ts';
import { freezeInto } from './small-batches.ts';

/** Processes start slowly on a busy machine. */
const patienceSeconds = 60;

/** Changes settings as a person would. */
export async function changeSettings({ ctx }: Scene, changes: ScheduleChanges): Promise<void> {
  const { version: seenVersion } = await ensureSchedule(ctx.db, ctx.clock.now());
  unwrap(await editSchedule(ctx, { seenVersion, changes, by: 'test' }));
}

let readersCount = 0;

/** Brings readers in whose mails bounce, or are complained of, at the provider's stand-in; suppressed ones never come back. */
export async function addReaders({ ctx }: Scene, fate: 'bounced' | 'complained', count: number): Promise<void> {
  const lines = Array.from({ length: count }, () => {
    readersCount += 1;
    return `${fate}+${readersCount}@example.com,,active,,,2026-01-05,test`;
  });
  const file = ['email,name,status,timeZone,topics,confirmedAt,consentSource', ...lines].join('\n');
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(file);
  }
  unwrap(await importSubscribers(ctx, { bytes: bytes() }));
}

/**
 * Freezes an issue into batches of ten, those who bounce or complain in the first ones; batches after the first `ahead` are not
 * due yet, so that whatever is reported comes in mid-send.
 */
async function freezeTroubleFirst(scene: Scene, number: number, ahead: number): Promise<string> {
  const size = 10;
  const issueId = await freezeInto(scene, number, size);
  await sql`
    with ranked as (
      select d.id, row_number() over (order by s.address !~ '^(bounced|complained)', d.id)::integer - 1 as place
      from deliveries d join subscribers s on s.id = d.subscriber_id where d.issue_id = ${issueId}),
    placed as (select id, row_number() over (order by ordinal)::integer - 1 as place from batches where issue_id = ${issueId})
    update deliveries d set batch_id = p.id, batch_position = r.place % ${size}
    from ranked r join placed p on p.place = r.place / ${size} where d.id = r.id`.execute(scene.ctx.db);
  await sql`
    update batches set ring_at = now() + interval '1 hour' where issue_id = ${issueId} and id not in (
      select id from batches where issue_id = ${issueId} order by ordinal limit ${ahead})`.execute(scene.ctx.db);
  return issueId;
}

/** The first batches go out while the provider's events are held back, and then these come in all at once. */
export async function sendAhead(scene: Scene, number: number, ahead: number): Promise<string> {
  await pauseWebhooks(scene, true);
  const issueId = await freezeTroubleFirst(scene, number, ahead);
  await until('the first batches are out', async () => (await scene.account(number)).accepted === ahead * 10);
  await pauseWebhooks(scene, false);
  return issueId;
}

/** Batches that were not due yet are due from now on. */
export async function letFollow({ ctx }: Scene, issueId: string): Promise<void> {
  await sql`update batches set ring_at = due_at where issue_id = ${issueId} and state = 'waiting'`.execute(ctx.db);
}

/** Waits until an issue's canary is in a state. */
export async function untilCanary(scene: Scene, number: number, state: string): Promise<void> {
  await until(
    `the canary of issue ${number} is ${state}`,
    async () => {
      return (await getIssueNamed(scene, number)).canaryState === state;
    },
    patienceSeconds,
  );
}

/** The wait for an issue's canary is over, as far as the clock is concerned. */
export async function endCanaryWait({ ctx }: Scene, number: number): Promise<void> {
  await ctx.db
    .updateTable('issues')
    .set({ canaryUntil: new Date(Date.now() - 1_000) })
    .where('number', '=', number)
    .execute();
}

/** Waits until so many deliveries of an issue are reported delivered, bounced or complained of. */
export async function untilReported(scene: Scene, number: number, count: number): Promise<void> {
  await until(
    `${count} of issue ${number} are reported`,
    async () => {
      const { delivered, bounced, complained } = (await scene.account(number)).outcomes;
      return delivered + bounced + complained >= count;
    },
    patienceSeconds,
  );
}

/** Waits until an issue is in a state. */
export async function untilState(scene: Scene, number: number, state: string): Promise<void> {
  const isThere = async () => (await getIssueNamed(scene, number)).state === state;
  await until(`issue ${number} is ${state}`, isThere, patienceSeconds);
}

/** Mails of an issue that the provider has taken. */
export async function countTaken(scene: Scene, number: number): Promise<number> {
  const { id } = await getIssueNamed(scene, number);
  const { mails } = await readSandboxLedger(scene.sandboxDb);
  return mails.filter((mail) => mail.tags.issue_id === id).length;
}

/** However often everything that is due is looked for, no more of the issue is claimed or taken than was before. */
export async function expectStill(scene: Scene, number: number, look: () => Promise<void>): Promise<void> {
  const { id } = await getIssueNamed(scene, number);
  const countCalls = async () => {
    const calls = scene.ctx.db.selectFrom('calls as c').innerJoin('batches as b', 'b.id', 'c.batchId');
    return (await calls.select('c.id').where('b.issueId', '=', id).execute()).length;
  };
  const before = { calls: await countCalls(), taken: await countTaken(scene, number) };
  for (let looks = 0; looks < 3; looks += 1) await look();
  expect({ calls: await countCalls(), taken: await countTaken(scene, number) }).toEqual(before);
}
