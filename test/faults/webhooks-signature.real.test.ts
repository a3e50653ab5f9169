import { request } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newWebhookId } from '../../src/sandbox/webhook-payload.ts';
import { checkOracles } from '../support/check-oracles.ts';
import { openScene, type Scene, webhookSecret } from '../support/scene.ts';
import { askProvider, countEvents, findEvent, postBytes, postSigned, signHeaders } from './webhook-steps.ts';

const formerSecret = `whsec_${Buffer.from('the-secret-before-the-rotation').toString('base64')}`;
const foreignSecret = `whsec_${Buffer.from('the-secret-of-somebody-else!!!').toString('base64')}`;
const body = JSON.stringify({ type: 'email.opened', created_at: '2026-11-02T08:00:00.000Z', data: { tags: {} } });

const bytesLimit = 1024 * 1024;

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ readers: 3, env: { RESEND_WEBHOOK_SECRET: `${webhookSecret}, ${formerSecret}` } });
});
afterAll(() => scene.end());
afterEach(async () => expect(await checkOracles(scene, { isEnded: true })).toEqual([]));

/** The request is answered so and leaves nothing behind. */
async function expectRefused(post: () => Promise<number>, status: number | number[]): Promise<void> {
  const before = await countEvents(scene);
  expect([status].flat()).toContain(await post());
  expect(await countEvents(scene)).toBe(before);
}

describe('70. an event that is not signed for us is refused and leaves nothing', () => {
  it.each(['missing', 'v2-only', 'forged'])('signature %s', async (signature) => {
    const before = await countEvents(scene);
    const answer = await askProvider(scene, 'send', { body, signature });
    expect(answer).toMatchObject({ delivered: false, status: '401' });
    expect(await countEvents(scene)).toBe(before);
  });

  it.each(['svix-id', 'svix-timestamp', 'svix-signature'])('without or with an empty %s', async (name) => {
    const { [name]: _left, ...headers } = signHeaders(body);
    await expectRefused(() => postBytes(scene, body, headers), 401);
    await expectRefused(() => postBytes(scene, body, { ...headers, [name]: '' }), 401);
  });

  it('with no header at all, or with the secret of somebody else', async () => {
    await expectRefused(() => postBytes(scene, body, {}), 401);
    await expectRefused(() => postSigned(scene, body, { secret: foreignSecret }), 401);
  });

  it('with the id, the time or one byte of another', async () => {
    const headers = signHeaders(body);
    const later = String(Number(headers['svix-timestamp']) + 1);
    await expectRefused(() => postBytes(scene, body, { ...headers, 'svix-id': newWebhookId() }), 401);
    await expectRefused(() => postBytes(scene, body, { ...headers, 'svix-timestamp': later }), 401);
    await expectRefused(() => postBytes(scene, body.replace('opened', 'opener'), headers), 401);
  });

  it.each(['v1', 'v1,', ',', ' ', 'v1,=', 'v1a,', 'v1,é', `v1,${'A'.repeat(4_000)}`, 'v1, v1, v1,', 'v2,x v3,y'])(
    'with the signature %j',
    async (signature) => {
      const headers = { ...signHeaders(body), 'svix-signature': signature };
      await expectRefused(() => postBytes(scene, body, headers), 401);
    },
  );

  it.each(['yesterday', '-1', '0', '1e9', '99999999999999999999', 'NaN'])('with the time %j', async (timestamp) => {
    const headers = { ...signHeaders(body), 'svix-timestamp': timestamp };
    await expectRefused(() => postBytes(scene, body, headers), 401);
  });

  it('with an id longer than any', async () => {
    const id = 'm'.repeat(200);
    expect(await postSigned(scene, body, { id })).toBe(204);
    expect(await findEvent(scene, id)).toBeDefined();
    await expectRefused(() => postSigned(scene, body, { id: `${id}m` }), 401);
  });

  it('by another method', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await fetch(`${scene.webUrl}/webhooks/resend`, { method, headers: signHeaders('') });
      expect(answer.status).toBe(404);
    }
  });
});

describe('71. an event signed too long ago or in the future', () => {
  it.each([360, -360])('is refused: %s seconds old', async (ageSeconds) => {
    await expectRefused(() => postSigned(scene, body, { ageSeconds }), 401);
  });

  it.each([240, 0, -240])('is taken within five minutes: %s seconds old', async (ageSeconds) => {
    const id = newWebhookId();
    expect(await postSigned(scene, body, { id, ageSeconds })).toBe(204);
    expect(await findEvent(scene, id)).toMatchObject({ type: 'email.opened' });
  });
});

describe('73. while the secret is exchanged', () => {
  it.each([
    ['the new one', webhookSecret],
    ['the former one', formerSecret],
  ])('an event signed with %s is taken', async (_name, secret) => {
    const id = newWebhookId();
    expect(await postSigned(scene, body, { id, secret })).toBe(204);
    expect(await findEvent(scene, id)).toBeDefined();
  });

  it('an event signed with both, one of them, or one of them among others is taken', async () => {
    const id = newWebhookId();
    const headers = signHeaders(body, { id, secret: formerSecret });
    const other = signHeaders(body, { id, secret: foreignSecret })['svix-signature'];
    const signature = `v2,abc ${other} ${headers['svix-signature']}`;
    expect(await postBytes(scene, body, { ...headers, 'svix-signature': signature })).toBe(204);
    expect(await findEvent(scene, id)).toBeDefined();
  });
});

describe('74. a body is judged by the bytes that came', () => {
  it('written again by something in between: refused', async () => {
    const rewritten = JSON.stringify(JSON.parse(body), null, 1);
    await expectRefused(() => postBytes(scene, rewritten, signHeaders(body)), 401);
    await expectRefused(() => postBytes(scene, `${body}\n`, signHeaders(body)), 401);
  });

  it('compressed: refused', async () => {
    const headers = { ...signHeaders(body), 'content-encoding': 'gzip' };
    await expectRefused(() => postBytes(scene, gzipSync(body), headers), [400, 401]);
  });

  it('not UTF-8: refused, also when what signed it did not mind', async () => {
    const latin = Buffer.from(body.replace('email.opened', 'caf\u00e9'), 'latin1');
    await expectRefused(() => postBytes(scene, latin, signHeaders(latin.toString('latin1'))), 401);
    await expectRefused(() => postBytes(scene, latin, signHeaders(latin.toString('utf8'))), [400, 401]);
  });

  it.each(['', ' ', '{', 'null', '[]', '7', '"text"', 'true', '{"type":"email.sent",}', '[{"type":"email.sent"}]'])(
    'signed, but no JSON object: %j is refused',
    async (text) => expectRefused(() => postSigned(scene, text), 400),
  );

  it('nested deeper than anything can be read: refused, never a failure of ours', async () => {
    const deep = `{"type":"email.opened","data":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    await expectRefused(() => postSigned(scene, deep), 400);
  });

  it('of exactly 1 MB is taken, one byte more is refused, announced or not', async () => {
    const id = newWebhookId();
    expect(await postSigned(scene, bodyOf(bytesLimit), { id })).toBe(204);
    expect(await findEvent(scene, id)).toBeDefined();
    const larger = bodyOf(bytesLimit + 1);
    await expectRefused(() => postSigned(scene, larger), 413);
    await expectRefused(() => postBytes(scene, streamOf(larger), signHeaders(larger)), 413);
  });

  it('of 2 MB is refused', async () => {
    await expectRefused(() => postSigned(scene, bodyOf(2 * 1024 * 1024)), 413);
  });

  it('that never ends is refused once it is too large', async () => {
    await expectRefused(() => postEndlessly(scene.webUrl), 413);
  });

  it('that stalls is not waited for, and holds nobody else up', async () => {
    const stalled = expectRefused(() => stall(scene.webUrl), 408);
    const cutOff = await cutOffBody(scene.webUrl);
    expect(cutOff).toBe('closed');
    expect(await postSigned(scene, '[]')).toBe(400);
    await stalled;
  });
});

/** A valid event of exactly so many bytes. */
function bodyOf(bytesCount: number): string {
  const [start, end] = ['{"type":"email.opened","padding":"', '"}'];
  return `${start}${'x'.repeat(bytesCount - start.length - end.length)}${end}`;
}

/** Sent in pieces, its length not announced. */
function streamOf(text: string): ReadableStream<Uint8Array> {
  return new Blob([text]).stream();
}

/** Goes on sending until it is answered; answers the status. */
async function postEndlessly(webUrl: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const post = request(`${webUrl}/webhooks/resend`, { method: 'POST', headers: signHeaders(body) }, (answer) => {
      isAnswered = true;
      answer.resume();
      post.destroy();
      resolve(answer.statusCode ?? 0);
    });
    let isAnswered = false;
    const piece = Buffer.alloc(64 * 1024, 'x');
    const send = (): void => {
      if (!isAnswered) post.write(piece, () => setImmediate(send));
    };
    post.on('error', (error) => (isAnswered ? undefined : reject(error)));
    send();
  });
}

/** Announces a body, sends half of it and waits; answers the status. */
async function stall(webUrl: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { ...signHeaders(body), 'content-length': String(body.length) };
    const post = request(`${webUrl}/webhooks/resend`, { method: 'POST', headers }, (answer) => {
      answer.resume();
      post.destroy();
      resolve(answer.statusCode ?? 0);
    });
    post.on('error', reject);
    post.write(body.slice(0, 10));
  });
}

/** Sends half of a body and hangs up. */
async function cutOffBody(webUrl: string): Promise<string> {
  const { hostname, port } = new URL(webUrl);
  const headers = Object.entries({ host: hostname, ...signHeaders(body), 'content-length': String(body.length) });
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(`POST /webhooks/resend HTTP/1.1\r\n${head}\r\n${body.slice(0, 10)}`, () => socket.destroy());
    });
    socket.on('close', () => resolve('closed'));
    socket.on('error', () => {});
  });
}
