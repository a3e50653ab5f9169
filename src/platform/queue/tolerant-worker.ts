import { type Job, type JobJson, Worker } from 'bullmq';

/** The name of a job whose payload cannot be read; nobody has work of that name, so that it fails like any other. */
const unreadableName = 'unreadable';

/**
 * A worker that fails a job whose payload is no JSON. BullMQ's own throws before the job is begun: it stays, comes back as
 * stalled and throws again, for ever.
 */
export class TolerantWorker extends Worker {
  protected override createJob(record: JobJson, jobId: string): Job {
    try {
      return super.createJob(record, jobId);
    } catch {
      return super.createJob({ ...record, name: unreadableName, data: '{}' }, jobId);
    }
  }
}
