import { createServer } from 'node:net';
import { sql } from 'kysely';
import { Webhook } from 'standardwebhooks';
import { findIssueNamed } from '../../src/issues/find-issue.ts';
import { createUnsubscribeToken } from '../../src/subscribers/unsubscribe-token.ts';
import { openInstallation, unwrap, webhookSecret, type Installation } from './installation.ts';
import type { LoadOrder, LoadReport, LoadRequest } from './load.ts';
import { openPlace, type Place } from './place.ts';
import { startSubprocess, stop as stopProduct, type Subprocess } from './processes.ts';
import { endTelling, format, medianOf, print, table, tell } from './report.ts';
import { checkLedger, sendIssueNumbered } from './send-once.ts';

/** `npm run bench:http`: webhooks during a send, one-click unsubscribes and archive pages, beside a bare hono route in the same run. */

const subscribers = 80_000;
const connections = 16;
const seconds = 5;
const rounds = 3;

interface Load {
  name: string;
  origin: string;
  requests: LoadRequest[];
  repeats: boolean;
}

interface Delivered {
  id: string;
  subscriberId: string;
  address: string;
  providerId: string;
}

async function findFreePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function listDelivered({ opened }: Installation, issueId: string): Promise<Delivered[]> {
  const { rows } = await sql<Delivered>`
    select d.id, d.subscriber_id, d.address, m.provider_id from deliveries d
    join provider_messages m on m.delivery_id = d.id where d.issue_id = ${issueId} order by d.id`.execute(
    opened.ctx.db,
  );
  return rows;
}

/** `email.delivered` as the provider signs it, made before the clock starts. */
function signEvent({ id, address, providerId }: Delivered, round: number): LoadRequest {
  const at = new Date();
  const body = JSON.stringify({
    type: 'email.delivered',
    created_at: at.toISOString(),
    data: {
      email_id: providerId,
      created_at: at.toISOString(),
      from: 'Weekly Verdicts <verdicts@example.com>',
      to: [address],
      subject: 'An issue',
      tags: { delivery_id: id },
    },
  });
  const svixId = `msg_${round}_${id}`;
  const signature = new Webhook(webhookSecret.replace(/^whsec_/, '')).sign(svixId, at, body);
  const headers = {
    'content-type': 'application/json',
    'svix-id': svixId,
    'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
    'svix-signature': signature,
  };
  return { method: 'POST', path: '/webhooks/resend', headers, body };
}

function unsubscribeOnce({ opened }: Installation, { id, subscriberId }: Delivered): LoadRequest {
  const token = createUnsubscribeToken(opened.ctx.keys, { subscriberId, deliveryId: id });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', path: `/unsubscribe/${token}`, headers, body: 'List-Unsubscribe=One-Click' };
}

interface Scene {
  installation: Installation;
  load: Subprocess;
  origin: string;
  bareOrigin: string;
  delivered: Delivered[];
  number: number;
}

/** The loads of one round, each beside the bare route; what can be asked only once is asked of readers of this round. */
function listLoads({ installation, origin, bareOrigin, delivered, number }: Scene, round: number): Load[] {
  const share = Math.floor(delivered.length / rounds);
  const own = delivered.slice(round * share, (round + 1) * share);
  const events = own.map((one) => signEvent(one, round));
  const body = events[0]?.body ?? '';
  return [
    { name: 'webhooks', origin, requests: events, repeats: false },
    { name: 'bare POST', origin: bareOrigin, requests: [{ method: 'POST', path: '/', body }], repeats: true },
    { name: 'unsubscribes', origin, requests: own.map((one) => unsubscribeOnce(installation, one)), repeats: false },
    { name: 'archive pages', origin, requests: [{ method: 'GET', path: `/issues/${number}` }], repeats: true },
    { name: 'bare GET', origin: bareOrigin, requests: [{ method: 'GET', path: '/' }], repeats: true },
  ];
}

async function runRound(scene: Scene, round: number): Promise<Map<string, LoadReport>> {
  const reports = new Map<string, LoadReport>();
  for (const { name, origin, requests, repeats } of listLoads(scene, round)) {
    tell(`round ${round + 1} of ${rounds}: ${name}`);
    const order: LoadOrder = { origin, requests, repeats, connections, seconds };
    const report = await scene.load.ask<LoadReport>(order);
    if (report.refused > 0) throw new Error(`${report.refused} of ${report.answered} ${name} were refused`);
    reports.set(name, report);
  }
  return reports;
}

/** Throws unless every webhook answered is stored, and every reader who unsubscribed is. */
async function checkTaken({ installation }: Scene, rows: Map<string, LoadReport>[]): Promise<void> {
  const { rows: found } = await sql<{ events: number; gone: number }>`
    select (select count(*)::integer from provider_events) as events,
      (select count(*)::integer from subscribers where state = 'unsubscribed') as gone`.execute(
    installation.opened.ctx.db,
  );
  const sumOf = (name: string) => rows.reduce((sum, row) => sum + (row.get(name)?.answered ?? 0), 0);
  const [{ events, gone } = { events: 0, gone: 0 }] = found;
  if (events !== sumOf('webhooks') || gone !== sumOf('unsubscribes'))
    throw new Error(
      `${events} events stored of ${sumOf('webhooks')}, ${gone} unsubscribed of ${sumOf('unsubscribes')}`,
    );
}

function printRounds(reports: Map<string, LoadReport>[]): void {
  const rateOf = ({ answered, seconds: lasted }: LoadReport) => answered / lasted;
  const medianFor = (name: string, of: (report: LoadReport) => number) =>
    medianOf(reports.flatMap((round) => round.get(name) ?? []).map(of));
  const row = (name: string, bare: string) => [
    name,
    format(medianFor(name, rateOf)),
    format(
      medianFor(name, ({ p50Ms }) => p50Ms),
      1,
    ),
    format(
      medianFor(name, ({ p99Ms }) => p99Ms),
      1,
    ),
    `${format(medianFor(name, rateOf) / medianFor(bare, rateOf), 3)}x of ${bare}`,
  ];
  print(
    table([
      [`medians of ${rounds} rounds`, 'a second', 'p50 ms', 'p99 ms', 'ratio'],
      row('webhooks', 'bare POST'),
      row('unsubscribes', 'bare POST'),
      row('archive pages', 'bare GET'),
      row('bare POST', 'bare POST'),
      row('bare GET', 'bare GET'),
    ]),
  );
}

async function benchHttp(place: Place): Promise<void> {
  const { subprocess: sink, first } = await startSubprocess<{ port: number }>('test/bench/sink.ts', []);
  const bare = await startSubprocess<{ port: number }>('test/bench/bare.ts', []);
  const { subprocess: load } = await startSubprocess('test/bench/load.ts', []);
  tell(`setting up ${subscribers} subscribers`);
  const databaseUrl = await place.createDatabase('bench_http');
  const port = await findFreePort();
  const env = { PORT: String(port), RESEND_RATE_LIMIT: '10' };
  const installation = await openInstallation({ databaseUrl, sinkPort: first.port, subscribers, env });
  try {
    const number = await installation.approve();
    await sink.ask({ order: 'reset', readers: subscribers, rate: 0, keepsArrivals: false });
    const [fast] = await installation.run('work', 1, { env: { RESEND_RATE_LIMIT: '0' } });
    await sendIssueNumbered(installation, number, () => {});
    await checkLedger(installation, number, subscribers);
    if (fast !== undefined) await stopProduct(fast);
    const issue = unwrap(await findIssueNamed(installation.opened.ctx.db, number));
    const delivered = await listDelivered(installation, issue.id);
    await installation.run('serve', 1);
    await installation.run('work', 1);
    await sink.ask({ order: 'reset', readers: subscribers, rate: 10, keepsArrivals: false });
    const scene = {
      installation,
      load,
      origin: `http://127.0.0.1:${port}`,
      bareOrigin: `http://127.0.0.1:${bare.first.port}`,
      delivered,
      number,
    };
    // A send that outlasts the rounds, at the rate the provider gives everybody.
    const next = await installation.approve();
    const sending = new AbortController();
    // Watched no longer once the rounds are over and the database is closed.
    void sendIssueNumbered(installation, next, () => {}).then(
      () => sending.abort(),
      () => {},
    );
    const reports: Map<string, LoadReport>[] = [];
    for (let round = 0; round < rounds; round += 1) reports.push(await runRound(scene, round));
    endTelling();
    const words = sending.signal.aborted ? 'a send that ended before' : 'a send under way meanwhile';
    print(
      `One web process, ${connections} connections kept, ${seconds} s a load at most; ${words}, 8 batches a second.`,
    );
    printRounds(reports);
    await checkTaken(scene, reports);
  } finally {
    await installation.end();
    for (const one of [load, bare.subprocess, sink]) await one.end();
  }
}

const place = await openPlace();
try {
  await benchHttp(place);
} finally {
  endTelling();
  await place.end();
}
process.exit();
