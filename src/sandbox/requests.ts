import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import type { SandboxBindings } from './hono-types.ts';
import type { RequestOutcome, SandboxDb } from './tables.ts';

/** Resend takes 40 MB in a single send, attachments and all; a batch's limit is not documented. */
export const bodyLengthLimit = 40 * 1024 * 1024;

/** A request to the stand-in, read whole. */
export interface ProviderRequest {
  method: string;
  /** Without the mount: `/emails/batch`. */
  path: string;
  idempotencyKey: string | undefined;
  batchValidation: string | undefined;
  apiKey: string;
  body: Buffer;
  bodyHash: string;
}

/** Reads a request; fails when the caller goes away in the middle of its body. */
export async function readRequest(c: Context<SandboxBindings>): Promise<ProviderRequest> {
  const body = Buffer.from(await c.req.arrayBuffer());
  return {
    method: c.req.method,
    path: pathOf(c.req.path),
    idempotencyKey: c.req.header('idempotency-key'),
    batchValidation: c.req.header('x-batch-validation'),
    apiKey: /^Bearer +(?<key>\S+)$/i.exec(c.req.header('authorization') ?? '')?.groups?.['key'] ?? '',
    body,
    bodyHash: createHash('sha256').update(body).digest('hex'),
  };
}

function pathOf(mounted: string): string {
  return /\/(?:emails|domains)(?:\/.*)?$/.exec(mounted)?.[0] ?? mounted;
}

/** Writes a request down before anything is decided about it, and answers its number. */
export async function insertRequest(db: SandboxDb, request: ProviderRequest, startedAt: Date): Promise<number> {
  const { method, path, bodyHash } = request;
  const row = await db
    .insertInto('requests')
    .values({
      method,
      path,
      idempotencyKey: request.idempotencyKey ?? null,
      bodyHash,
      bodyLength: request.body.length,
      startedAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** How a request ended; `outcome` is left as the acceptance wrote it when it is not given. */
export interface RequestEnd {
  status: number | null;
  errorName: string | null;
  fault: string | null;
  finishedAt: Date;
  outcome?: RequestOutcome;
}

/** Writes down how a request ended, just before its answer goes out. */
export async function updateRequestEnded(db: SandboxDb, id: number, end: RequestEnd): Promise<void> {
  await db.updateTable('requests').set(end).where('id', '=', id).execute();
}
