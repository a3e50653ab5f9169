import { sql } from 'kysely';
import { setTimeout as wait } from 'node:timers/promises';
import { beginSending } from '../../src/deliveries/begin-sending.ts';
import { laneRate } from '../../src/deliveries/pace.ts';
import { getIssue } from '../../src/issues/queries.ts';
import { freezeInto } from '../faults/small-batches.ts';
import { openInstallation, unwrap, type Installation } from './installation.ts';
import type { Place } from './place.ts';
import { stop, type Subprocess } from './processes.ts';
import { endTelling, format, print, tell } from './report.ts';
import type { SinkReport } from './sink.ts';

interface PacePlan {
  place: Place;
  sink: Subprocess;
  sinkPort: number;
}

const seconds = 25;
/** Mails a batch: what is counted is calls. */
const batchSize = 2;
const rates = [20, 50];
const workerCounts = [1, 4];

/** How much of the provider's rate some processes that share it use, and that none of their calls is refused. */
export async function benchPace({ place, sink, sinkPort }: PacePlan): Promise<void> {
  const databaseUrl = await place.createDatabase('bench_pace');
  const readers = Math.ceil(laneRate('batch', Math.max(...rates)) * seconds * batchSize);
  const env = { RESEND_RATE_LIMIT: '1000' };
  const installation = await openInstallation({ databaseUrl, sinkPort, subscribers: readers, env });
  print('\nOne provider rate, shared (calls of small batches; a fifth of the rate is kept for single mails):');
  try {
    for (const rate of rates) {
      for (const workers of workerCounts) {
        tell(`${workers} workers at ${rate} requests a second, for ${seconds} s`);
        const used = await measureShare({ installation, sink, readers, rate, workers });
        endTelling();
        const share = format(used.share * 100, 1);
        print(
          `  ${rate} requests/s, ${workers} worker processes: ${share} % of the share used, ${used.refused} calls refused`,
        );
        if (used.share < 0.98 || used.refused > 0) process.exitCode = 1;
      }
    }
  } finally {
    await installation.end();
  }
}

interface SharePlan {
  installation: Installation;
  sink: Subprocess;
  readers: number;
  rate: number;
  workers: number;
}

async function measureShare({ installation, sink, readers, rate, workers }: SharePlan) {
  const { ctx } = installation.opened;
  // As many readers as calls of that rate take; the others are away.
  const calls = Math.floor(laneRate('batch', rate) * seconds);
  await sql`update subscribers set paused_until = case when address_hash in
    (select address_hash from subscribers order by id limit ${calls * batchSize}) then null else now() + interval '1 day' end`.execute(
    ctx.db,
  );
  await sink.ask({ order: 'reset', readers, rate, keepsArrivals: true });
  await sql`update provider_limits set stated_rate = ${rate}`.execute(ctx.db);
  const send = async (number: number) => unwrap(await beginSending(ctx, { number, by: 'bench' })).id;
  const issueId = await freezeInto({ ctx, send }, await installation.approve(), batchSize);
  const work = await installation.run('work', workers);
  while ((await getIssue(ctx.db, issueId)).state !== 'sent') await wait(100);
  await Promise.all(work.map(stop));
  const { arrivals, refused, duplicates, mails } = await sink.ask<SinkReport>({ order: 'report' });
  if (mails !== calls * batchSize || duplicates > 0) throw new Error(`${mails} mails, ${duplicates} of them twice`);
  const took = ((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)) / 1000;
  return { share: (arrivals.length - 1) / took / laneRate('batch', rate), refused };
}
