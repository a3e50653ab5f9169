import { sql } from 'kysely';
import type { Db } from '../database.ts';
import type { Issue } from '../issues/queries.ts';
import { isOpen } from '../issues/issue-states.ts';
import type { IssueState } from '../issues/issue.ts';
import { findSchedule } from '../schedule/queries.ts';
import { countSubscribersByEligibility } from '../subscribers/eligibility.ts';
import {
  accountCanary,
  accountGuard,
  type CanaryAccount,
  defaultCare,
  forecastCanary,
  type GuardAccount,
} from './account-care.ts';
import type { DeliveryState, Outcome } from './delivery.ts';
import { getSendingSwitch } from './sending-switch.ts';

/** Where everybody is: `subscribers = ineligible + eligible`, `eligible = accepted + excluded + failed + unknown + waiting`. */
export interface Account {
  issue: number | null;
  state: IssueState;
  subscribers: number;
  ineligible: Record<string, number>;
  eligible: number;
  accepted: number;
  excluded: Record<string, number>;
  failed: number;
  unknown: number;
  waiting: number;
  balanced: boolean;
  /** Sub-figures of accepted; `none` = nothing reported yet. */
  outcomes: Record<Outcome | 'none', number>;
  /** The share that goes ahead of a large send; null where there is none. */
  canary: CanaryAccount | null;
  guard: GuardAccount;
}

/**
 * Counts an issue's deliveries now; before the freeze, what the freeze would do with the subscribers of this moment; zeros
 * for an issue that ended without one.
 */
export async function accountIssue(db: Db, issue: Issue, now: Date): Promise<Account> {
  if (issue.frozenAt === null && isOpen(issue.state)) return forecast(db, issue, now);
  const settings = (await findSchedule(db)) ?? defaultCare;
  const rows = await sql<{ state: DeliveryState; reason: string | null; outcome: Outcome | null; count: number }>`
    select state, case when state = 'excluded' then reason end as reason, outcome, count(*)::integer as count
    from deliveries where issue_id = ${issue.id} group by 1, 2, 3`.execute(db);
  const sum = (belongs: (row: (typeof rows.rows)[number]) => boolean) =>
    rows.rows.filter(belongs).reduce((total, row) => total + row.count, 0);
  const excluded: Record<string, number> = {};
  for (const row of rows.rows) if (row.reason !== null) excluded[row.reason] = (excluded[row.reason] ?? 0) + row.count;
  const outcomes = { ...noOutcomes };
  for (const row of rows.rows) if (row.state === 'accepted') outcomes[row.outcome ?? 'none'] += row.count;
  return balance({
    issue: issue.number,
    state: issue.state,
    subscribers: issue.subscribersCount ?? 0,
    ineligible: withoutZeros(issue.ineligible ?? {}),
    eligible: sum(() => true),
    accepted: sum((row) => row.state === 'accepted'),
    excluded,
    failed: sum((row) => row.state === 'failed'),
    unknown: sum((row) => row.state === 'unknown'),
    waiting: sum((row) => row.state === 'waiting'),
    outcomes,
    canary: accountCanary(issue, await getSendingSwitch(db)),
    guard: accountGuard(issue, outcomes, settings.guardOn),
  });
}

const noOutcomes: Record<Outcome | 'none', number> = {
  sent: 0,
  delayed: 0,
  delivered: 0,
  failed: 0,
  suppressed: 0,
  bounced: 0,
  complained: 0,
  none: 0,
};

async function forecast(db: Db, issue: Issue, now: Date): Promise<Account> {
  const settings = (await findSchedule(db)) ?? defaultCare;
  const counts = await countSubscribersByEligibility(db, now);
  return balance({
    issue: issue.number,
    state: issue.state,
    subscribers: counts.subscribers,
    ineligible: withoutZeros(counts.ineligible),
    eligible: counts.eligible,
    accepted: 0,
    excluded: {},
    failed: 0,
    unknown: 0,
    waiting: counts.eligible,
    outcomes: { ...noOutcomes },
    canary: forecastCanary(counts.eligible, settings),
    guard: accountGuard(issue, noOutcomes, settings.guardOn),
  });
}

function balance(account: Omit<Account, 'balanced'>): Account {
  const { subscribers, ineligible, eligible, accepted, excluded, failed, unknown, waiting, outcomes } = account;
  const isAudienceWhole = subscribers === total(ineligible) + eligible;
  const isEligibleWhole = eligible === accepted + total(excluded) + failed + unknown + waiting;
  const balanced = isAudienceWhole && isEligibleWhole && accepted === total(outcomes);
  const { issue, state, canary, guard } = account;
  return {
    issue,
    state,
    subscribers,
    ineligible,
    eligible,
    accepted,
    excluded,
    failed,
    unknown,
    waiting,
    balanced,
    outcomes,
    canary,
    guard,
  };
}

function total(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function withoutZeros(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
