import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { importComparisonPaths } from '../comparisons/import-paths.ts';
import type { Context } from '../context.ts';
import { isRefusal } from '../platform/refusal.ts';
import { Failure } from '../start/failure.ts';
import { importSubscribers } from '../subscribers/import-subscribers.ts';

const samples = (name: string) => fileURLToPath(new URL(`samples/${name}`, import.meta.url));

/** Brings the samples in: subscribers, week one, and week two once week one has gone out. Again changes nothing. */
export async function loadSamples(ctx: Context, print: (line: string) => void): Promise<void> {
  const people = await importSubscribers(ctx, { bytes: createReadStream(samples('subscribers.csv')) });
  if (isRefusal(people)) throw new Failure(people.sentence);
  print(`Subscribers: ${people.rows - people.known} new, ${people.known} known already.`);
  const isFirstWeekOut = await hasSent(ctx);
  for (const week of isFirstWeekOut ? ['week-1', 'week-2'] : ['week-1']) {
    const counts = await importComparisonPaths(
      ctx,
      { paths: [samples(week)], publishedAt: null, baseUrl: null },
      () => {},
    );
    print(`Comparisons of ${week.replace('-', ' ')}: ${counts.new} new, ${counts.unchanged} known already.`);
  }
}

async function hasSent(ctx: Context): Promise<boolean> {
  const sent = await ctx.db.selectFrom('issues').select('id').where('state', '=', 'sent').limit(1).executeTakeFirst();
  return sent !== undefined;
}
