import type { Context } from '../../context.ts';
import { createProviderReader, type ListedMail, type ProviderReader } from '../../platform/provider-reader.ts';

const deadlineLimitMs = 10_000;

/** Reads from the provider account that is configured. */
export function providerOf({ config, clock }: Pick<Context, 'config' | 'clock'>, signal?: AbortSignal): ProviderReader {
  const { resendApiKey: apiKey, resendBaseUrl: baseUrl, callDeadlineMs } = config;
  const deadlineMs = Math.min(callDeadlineMs, deadlineLimitMs);
  return createProviderReader({ apiKey, baseUrl, deadlineMs, clock, ...(signal === undefined ? {} : { signal }) });
}

/** The address in a `From`, in lower case: `Name <a@b>` and `a@b` are one sender. */
export function senderOf(from: string): string {
  return (/<([^<>]*)>\s*$/.exec(from)?.[1] ?? from).trim().toLowerCase();
}

/** Whether a mail of the account went out from this sender; another product on the account has another. */
export function isFrom(mail: ListedMail, from: string): boolean {
  return senderOf(mail.from) === senderOf(from);
}
