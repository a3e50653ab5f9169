import type { Context } from '../context.ts';
import type { Db } from '../database.ts';
import { failpoint } from '../platform/failpoint.ts';
import { defaultSlot, type Schedule } from '../schedule/schedule.ts';
import type { Envelope } from './issue.ts';
import { listPicks, type IssuePick } from './list-picks.ts';
import type { Issue } from './queries.ts';
import { buildEnvelope } from './render/build-envelope.ts';
import { buildMailProps } from './render/build-mail-props.ts';
import { type Check, checkRevision } from './render/check-revision.ts';
import { renderRevision } from './render/render-revision.ts';
import type { RevisionContent } from './render/revision-content.ts';
import { describeWentOut, findWentOut } from './unknown-issues.ts';

/** What is wrong with a draft: of its picks, of rendering it, or of what came out. */
export interface DraftCheck extends Omit<Check, 'code'> {
  code: Check['code'] | 'too-few-picks' | 'went-out' | 'render-failed';
}

export interface Draft {
  issue: Issue;
  schedule: Schedule | undefined;
  /** When it will go out, as far as is known; decides the date in the mail. */
  sendAt: Date;
}

export interface RenderedDraft {
  /** Null where rendering failed; a check says so. */
  revision: RevisionContent | null;
  /** Empty when it may go out as it is. */
  checks: DraftCheck[];
}

type Rendering = Pick<Context, 'config' | 'keys'>;

/** Renders a draft as its approval would and checks it; an error of rendering is a blocking check of this draft alone. */
export async function renderDraft(ctx: Rendering, db: Db, draft: Draft): Promise<RenderedDraft> {
  const picks = await listPicks(db, draft.issue.id);
  const before = [
    ...checkPicksCount(picks.length, draft.schedule?.minimumPicksCount ?? 1),
    ...(await checkWentOut(db, draft.issue)),
  ];
  try {
    failpoint('in-render');
    const envelope = writeEnvelope(ctx, draft.issue);
    const revision = { envelope, ...(await renderRevision(buildMailProps(factsOf(ctx, draft, picks)))) };
    return { revision, checks: [...before, ...checkRevision(revision, envelope)] };
  } catch (error) {
    const sentence = await refuseRendering(ctx, { ...draft, picks }, error);
    return { revision: null, checks: [...before, { code: 'render-failed', blocking: true, sentence }] };
  }
}

/** What went wrong, with which picks, and what a person can do. */
async function refuseRendering(ctx: Rendering, drawn: Draft & { picks: IssuePick[] }, error: unknown): Promise<string> {
  const words = (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
  const culprits: string[] = [];
  for (const pick of drawn.picks) {
    // Each alone, so that the one at fault has a name.
    const alone = async () => renderRevision(buildMailProps(factsOf(ctx, drawn, [pick])));
    await alone().catch(() => culprits.push(pick.comparison.slug));
  }
  const mend =
    culprits.length === 0
      ? 'Check the configuration, or cancel this issue and compose another.'
      : `It fails at ${culprits.join(', ')}: mend the page and import it again, or cancel this issue and compose another.`;
  return `The issue cannot be rendered: ${words}. ${mend}`;
}

/** Too few picks is mended by composing anew when there is more to write about. */
function checkPicksCount(count: number, minimumCount: number): DraftCheck[] {
  if (count >= minimumCount) return [];
  const picks = count === 1 ? '1 pick' : `${count} picks`;
  const sentence = `The issue has ${picks} and needs ${minimumCount}: import more comparisons, cancel it and compose again.`;
  return [{ code: 'too-few-picks', blocking: true, sentence }];
}

/** A restored database may hold a draft of what readers have already. */
async function checkWentOut(db: Db, issue: Issue): Promise<DraftCheck[]> {
  const wentOut = await findWentOut(db, issue);
  if (wentOut === undefined) return [];
  const sentence = `${describeWentOut(wentOut)} Cancel this one; the next is composed of what did not go out yet.`;
  return [{ code: 'went-out', blocking: true, sentence }];
}

/** The sentences of the checks that keep an issue from being approved. */
export function listBlocks(checks: readonly DraftCheck[]): string[] {
  return checks.filter((check) => check.blocking).map((check) => check.sentence);
}

function writeEnvelope({ config, keys }: Rendering, issue: Issue): Envelope {
  return buildEnvelope({
    from: config.mailFrom,
    replyTo: config.mailReplyTo,
    subject: issue.subject,
    preheader: issue.preheader,
    publicUrl: config.publicUrl,
    postalAddress: config.postalAddress,
    newsletterName: config.newsletterName,
    keyId: keys.signingKeyId,
    issueNumber: numberOf(issue),
  });
}

function factsOf({ config }: Rendering, { issue, schedule, sendAt }: Draft, picks: readonly IssuePick[]) {
  return {
    picks: picks.map(({ position, reasons, comparison }) => ({ position, reasons, comparison, link: comparison.url })),
    issueNumber: numberOf(issue),
    sendAt,
    timeZone: schedule?.timeZone ?? defaultSlot.timeZone,
    newsletterName: config.newsletterName,
    postalAddress: config.postalAddress,
    preheader: issue.preheader,
    intro: issue.intro,
  };
}

/** Every draft has a number; only what came to nothing has none, and that is never rendered. */
function numberOf({ number }: Issue): number {
  if (number === null) throw new Error('an issue without a number is not rendered');
  return number;
}
