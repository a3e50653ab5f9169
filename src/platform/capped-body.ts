import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip } from 'node:zlib';

/** The encodings a body may come in, as a request says them. */
export const acceptedEncodings = 'gzip, br';

/**
 * All bytes of a body, unpacked; `'too-large'` as soon as there are more than `bytesLimit` of them, packed or unpacked, and
 * `'unknown-encoding'` for a packing this program does not read. Throws what the stream throws.
 */
export async function readCappedBody(
  body: Readable,
  encoding: string,
  bytesLimit: number,
): Promise<Buffer | 'too-large' | 'unknown-encoding'> {
  const unpacked = unpack(body, encoding.trim().toLowerCase());
  if (unpacked === undefined) return 'unknown-encoding';
  const chunks: Buffer[] = [];
  let count = 0;
  // Leaving the loop destroys the stream, and with it what it reads from.
  for await (const chunk of unpacked) {
    if (!Buffer.isBuffer(chunk)) continue;
    count += chunk.length;
    if (count > bytesLimit) return 'too-large';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function unpack(body: Readable, encoding: string): Readable | undefined {
  if (encoding === '' || encoding === 'identity') return body;
  // The loop above gets the error; pipeline only has to hand it on.
  if (encoding === 'gzip' || encoding === 'x-gzip') return pipeline(body, createGunzip(), () => {});
  return encoding === 'br' ? pipeline(body, createBrotliDecompress(), () => {}) : undefined;
}
