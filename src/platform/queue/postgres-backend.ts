import { createPostgresBackend, withBackend } from 'bullmq';
import pg from 'pg';
import { type Backend, lock, working } from './backend.ts';

const poolSize = 3;

/** A connection the server ends between two queries of a job fails the next query; unheard, its error would end the process. */
class HeardClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => {});
  }
}

/** Jobs in schema `bullmq` of the database, which is made when it is missing. */
export function createBackendOnPostgres(databaseUrl: string): Backend {
  const classes = withBackend(createPostgresBackend);
  const connection = {
    connectionString: databaseUrl,
    max: poolSize,
    Client: HeardClient,
    migrate: true,
    // BullMQ looks at its schema under a lock for all: a process that stands still there must not stop every queue.
    idle_in_transaction_session_timeout: lock.lockDuration,
  };
  return {
    queue: (name) => new classes.Queue(name, { connection }),
    worker: (name, run, concurrency) => new classes.Worker(name, run, { connection, concurrency, ...working }),
    isSpoiledByFailure: true,
    refuseWhileAway: async () => {},
    // The jobs are as well off as the database they stand in.
    findTrouble: async () => undefined,
    end: async () => {},
  };
}
