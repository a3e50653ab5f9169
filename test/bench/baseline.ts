import { render } from '@react-email/components';
import { createElement } from 'react';
import { Resend } from 'resend';
import { weeklyIssueText } from '../../emails/weekly-issue-text.ts';
import WeeklyIssue from '../../emails/weekly-issue.tsx';
import type { WeeklyIssueProps } from '../../emails/weekly-issue-props.ts';
import { type Mail, type MailValues, prepareVariant, writeBatch } from '../../src/issues/render/assemble.ts';
import type { RevisionContent } from '../../src/issues/render/revision-content.ts';
import { createResendMailer } from '../../src/platform/mailer.ts';

/** What a program that sends without us is given: the same issue, as it needs it. */
export interface Baseline {
  baseUrl: string;
  props: WeeklyIssueProps;
  revision: RevisionContent;
  cardPositions: number[];
  /** One whole mail, ready. */
  mail: Mail;
}
export type BaselineKind = 'react' | 'strings' | 'ceiling';
export interface BaselineOrder {
  /** Given with the first order. */
  baseline?: Baseline;
  kind: BaselineKind;
  /** Readers `from`...`from + count - 1`. */
  from: number;
  count: number;
}

const batchSize = 100;
const callsAtOnce = 4;
let given: Baseline | undefined;
let send: Record<BaselineKind, (from: number, count: number) => Promise<void>>;

/** As a person would write it from the documentation: render each mail, then hand it over in batches, one after another. */
function createReactLoop({ baseUrl, props, mail }: Baseline) {
  const resend = new Resend('re_bench', { baseUrl });
  return async (from: number, count: number) => {
    for (let start = 0; start < count; start += batchSize) {
      const mails = [];
      for (let index = start; index < Math.min(start + batchSize, count); index += 1) {
        const html = await render(createElement(WeeklyIssue, props));
        const text = weeklyIssueText(props);
        mails.push({ ...ready(mail, from + index), html, text });
      }
      await sendReady(resend, mails);
    }
  };
}

/** The same with nothing left to render: strings as flat as they get, made before the clock starts. */
function createStringsLoop({ baseUrl, mail }: Baseline) {
  const resend = new Resend('re_bench', { baseUrl });
  // A hundred of each, as every mail of a batch has its own; not as many as readers, so that the heap stays small.
  const htmls = Array.from({ length: batchSize }, (_, index) => flat(mail.html, index));
  const texts = Array.from({ length: batchSize }, (_, index) => flat(mail.text, index));
  return async (from: number, count: number) => {
    for (let start = 0; start < count; start += batchSize) {
      const length = Math.min(batchSize, count - start);
      const mails = Array.from({ length }, (_, index) => ({
        ...ready(mail, from + start + index),
        html: htmls[index] ?? '',
        text: texts[index] ?? '',
      }));
      await sendReady(resend, mails);
    }
  };
}

function flat(words: string, index: number): string {
  const own = words.replace('/unsubscribe/', `/unsubscribe/${index}`);
  return Buffer.from(own).toString();
}

type ReadyMail = Parameters<Resend['batch']['send']>[0][number];

function ready(mail: Mail, reader: number): ReadyMail & { html: string; text: string } {
  const { reply_to: replyTo, ...rest } = mail;
  return { ...rest, to: [`reader-${reader}@example.com`], replyTo };
}

async function sendReady(resend: Resend, mails: ReadyMail[]): Promise<void> {
  const { data, error } = await resend.batch.send(mails);
  if (data?.data.length !== mails.length) throw new Error(`the sink did not take a batch: ${error?.message}`);
}

/** The most our way of writing mails could do: pieces escaped beforehand, posted; no database, no ledger, no consent. */
function createCeilingLoop({ baseUrl, revision, cardPositions }: Baseline) {
  const mailer = createResendMailer({ apiKey: 're_bench', baseUrl });
  const variant = prepareVariant(revision, cardPositions);
  const values: MailValues = {
    to: '',
    unsubscribeUrl: `https://verdicts.example.com/unsubscribe/${'x'.repeat(80)}`,
    archiveUrl: 'https://verdicts.example.com/issues/1',
    firstName: null,
    issueId: crypto.randomUUID(),
    deliveryId: crypto.randomUUID(),
  };
  return async (from: number, count: number) => {
    let next = 0;
    const sendOn = async () => {
      while (next < count) {
        const start = next;
        next += batchSize;
        const length = Math.min(batchSize, count - start);
        const mails = Array.from({ length }, (_, index) => ({
          variant,
          values: { ...values, to: `reader-${from + start + index}@example.com` },
        }));
        const call = { path: '/emails/batch' as const, body: writeBatch(mails), idempotencyKey: crypto.randomUUID() };
        const answer = await mailer.post({ ...call, deadlineMs: 30_000 });
        if (answer.ids?.length !== length) throw new Error('the sink did not take a batch');
      }
    };
    await Promise.all(Array.from({ length: callsAtOnce }, sendOn));
  };
}

process.on('message', (order: BaselineOrder) => {
  if (order.baseline !== undefined && given === undefined) {
    given = order.baseline;
    send = { react: createReactLoop(given), strings: createStringsLoop(given), ceiling: createCeilingLoop(given) };
  }
  const startedAt = performance.now();
  void send[order.kind](order.from, order.count).then(() => process.send?.({ tookMs: performance.now() - startedAt }));
});
process.on('disconnect', () => process.exit(0));
process.send?.({ isReady: true });
