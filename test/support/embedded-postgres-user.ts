import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';

/** A process that uses the server of the folder in argv[2] until its stdin says `release`; one line of JSON a step. */
const [, , dataDir = ''] = process.argv;
// Ctrl-C in the terminal reaches us; the service would finish its work first.
process.on('SIGINT', () => {});
const postgres = await startEmbeddedPostgres({ dataDir, durable: false });
const { url, port, adopted } = postgres;
process.stdout.write(`${JSON.stringify({ url, port, adopted })}\n`);
process.stdin.once('data', () => {
  void postgres.release().then(() => process.exit(0));
});
