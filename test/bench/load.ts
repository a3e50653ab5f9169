import { Pool } from 'undici';

/** One request of a load, ready to be sent. */
export interface LoadRequest {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Sends these to one server, each once or, `seconds` long, again and again, over connections that are kept. */
export interface LoadOrder {
  origin: string;
  requests: LoadRequest[];
  connections: number;
  seconds: number;
  repeats: boolean;
}

export interface LoadReport {
  answered: number;
  /** Answers other than 2xx. */
  refused: number;
  seconds: number;
  p50Ms: number;
  p99Ms: number;
}

async function run({ origin, requests, connections, seconds, repeats }: LoadOrder): Promise<LoadReport> {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const took: number[] = [];
  let next = 0;
  let refused = 0;
  const startedAt = performance.now();
  const sendOn = async () => {
    while (performance.now() - startedAt < seconds * 1000) {
      const request = requests[repeats ? next % requests.length : next];
      next += 1;
      if (request === undefined) return;
      const sentAt = performance.now();
      const answer = await pool.request(request);
      await answer.body.dump();
      took.push(performance.now() - sentAt);
      if (answer.statusCode < 200 || answer.statusCode > 299) refused += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, sendOn));
  const lasted = (performance.now() - startedAt) / 1000;
  await pool.close();
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? NaN;
  return { answered: took.length, refused, seconds: lasted, p50Ms: at(0.5), p99Ms: at(0.99) };
}

process.on('message', (order: LoadOrder) => {
  void run(order).then((report) => process.send?.(report));
});
process.on('disconnect', () => process.exit(0));
process.send?.({ isReady: true });
