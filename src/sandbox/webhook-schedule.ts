/** Resend's waits between one attempt and the next (docs: retries-and-replays); the first attempt is made at once. */
export const webhookRetryWaitsMs = [5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 36_000_000];

/** When to try again after so many failed attempts; null when the event is given up. */
export function nextAttemptAt(failedAttempts: number, now: Date): Date | null {
  const waitMs = webhookRetryWaitsMs[failedAttempts - 1];
  return waitMs === undefined ? null : new Date(now.getTime() + waitMs);
}
