import { getRevision, type Issue } from '../../src/issues/queries.ts';
import { listPicks } from '../../src/issues/list-picks.ts';
import { buildMailProps } from '../../src/issues/render/build-mail-props.ts';
import { readMail } from '../../src/issues/render/assemble.ts';
import type { Context } from '../../src/context.ts';
import type { Baseline, BaselineKind, BaselineOrder } from './baseline.ts';
import { startSubprocess, type Subprocess } from './processes.ts';

/** Makes of an approved issue what the other ways of sending it are given. */
export async function prepareBaseline(ctx: Context, issue: Issue, baseUrl: string): Promise<Baseline> {
  const revision = await getRevision(ctx.db, issue.revisionId ?? '');
  const picks = await listPicks(ctx.db, issue.id);
  const props = buildMailProps({
    picks: picks.map(({ position, reasons, comparison }) => ({ position, reasons, comparison, link: comparison.url })),
    issueNumber: issue.number ?? 0,
    sendAt: ctx.clock.now(),
    timeZone: 'UTC',
    newsletterName: ctx.config.newsletterName,
    postalAddress: ctx.config.postalAddress,
    preheader: issue.preheader,
    intro: issue.intro,
  });
  const cardPositions = revision.cards.map(({ position }) => position);
  const mail = readMail(revision, cardPositions, {
    to: 'reader-1@example.com',
    unsubscribeUrl: `${ctx.config.publicUrl}/unsubscribe/${'x'.repeat(80)}`,
    archiveUrl: `${ctx.config.publicUrl}/issues/${issue.number}`,
    firstName: null,
    issueId: issue.id,
    deliveryId: issue.id,
  });
  return { baseUrl, props, revision, cardPositions, mail };
}

/** One other way of sending, in processes of its own. */
export interface Rival {
  kind: BaselineKind;
  pids: number[];
  /** Sends to readers 1 to `mails`; resolves with the seconds it took. */
  send(mails: number): Promise<number>;
  end(): Promise<void>;
}

/** Starts it; several processes share the readers. */
export async function startRival(kind: BaselineKind, baseline: Baseline, processes: number): Promise<Rival> {
  const started = await Promise.all(
    Array.from({ length: processes }, () => startSubprocess('test/bench/baseline.ts', [])),
  );
  const subprocesses: Subprocess[] = started.map(({ subprocess }) => subprocess);
  let isGiven = false;
  return {
    kind,
    pids: subprocesses.map(({ pid }) => pid),
    async send(mails) {
      const share = Math.ceil(mails / processes);
      const startedAt = performance.now();
      await Promise.all(
        subprocesses.map(async (subprocess, index) => {
          const from = 1 + index * share;
          const order: BaselineOrder = { kind, from, count: Math.min(share, mails - from + 1) };
          await subprocess.ask(isGiven ? order : { ...order, baseline });
        }),
      );
      isGiven = true;
      return (performance.now() - startedAt) / 1000;
    },
    async end() {
      await Promise.all(subprocesses.map((subprocess) => subprocess.end()));
    },
  };
}
