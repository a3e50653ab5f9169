import type { Kysely, Transaction } from 'kysely';
import type { ComparisonsTable, ComparisonVersionsTable } from './comparisons/tables.ts';
import type {
  BatchesTable,
  CallsTable,
  DeliveriesTable,
  OutcomeCountsTable,
  ProviderLimitsTable,
  ProviderMessagesTable,
  ProviderPaceTable,
  SendingSwitchTable,
} from './deliveries/tables.ts';
import type { ProviderEventsTable } from './events/tables.ts';
import type {
  ApprovalsTable,
  CardsTable,
  IssuesTable,
  PicksTable,
  RevisionsTable,
  UnknownIssuesTable,
  UnknownPicksTable,
  VariantsTable,
} from './issues/tables.ts';
import type { MailsTable } from './mails/tables.ts';
import type { RunsTable, SchedulesTable } from './schedule/tables.ts';
import type {
  AuditLogTable,
  ConfirmationsTable,
  ConsentsTable,
  InstallationTable,
  SettingsTable,
  SubscribersTable,
} from './subscribers/tables.ts';
import type { SuppressionsTable } from './suppressions/tables.ts';

/** Every table of the product; columns are camelCase here and snake_case in Postgres. */
export interface Database {
  installation: InstallationTable;
  settings: SettingsTable;
  auditLog: AuditLogTable;
  subscribers: SubscribersTable;
  consents: ConsentsTable;
  confirmations: ConfirmationsTable;
  suppressions: SuppressionsTable;
  comparisons: ComparisonsTable;
  comparisonVersions: ComparisonVersionsTable;
  schedules: SchedulesTable;
  runs: RunsTable;
  issues: IssuesTable;
  picks: PicksTable;
  revisions: RevisionsTable;
  cards: CardsTable;
  variants: VariantsTable;
  approvals: ApprovalsTable;
  unknownIssues: UnknownIssuesTable;
  unknownPicks: UnknownPicksTable;
  batches: BatchesTable;
  deliveries: DeliveriesTable;
  outcomeCounts: OutcomeCountsTable;
  mails: MailsTable;
  calls: CallsTable;
  providerMessages: ProviderMessagesTable;
  providerEvents: ProviderEventsTable;
  sendingSwitch: SendingSwitchTable;
  providerPace: ProviderPaceTable;
  providerLimits: ProviderLimitsTable;
}

/** A connection pool or a transaction: queries take either. */
export type Db = Kysely<Database>;
export type Tx = Transaction<Database>;
