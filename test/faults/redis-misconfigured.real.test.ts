import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { Failure } from '../../src/start/failure.ts';
import { startService } from '../../src/start/service.ts';
import { findFreePort, type RedisServer, startRedis } from '../support/redis-server.ts';
import { type Scene, openScene, until, untilSaid } from '../support/scene.ts';
import { expectWhole, untilSent } from './crashing.ts';
import { readReadiness, untilUp } from './on-redis.ts';
import { approveAgain } from './sending.ts';

const password = 'correct-horse';
let scene: Scene;
let plain: RedisServer;
let guarded: RedisServer;
let encrypted: RedisServer;
let certificate: string;
beforeAll(async () => {
  plain = await startRedis();
  guarded = await startRedis({ password });
  scene = await openScene({ readers: 2, env: { REDIS_URL: plain.url, RESEND_TIMEOUT_MS: '20000' } });
  certificate = join(plain.folder, 'certificate.pem');
  const key = join(plain.folder, 'key.pem');
  const subject = ['-subj', '/CN=redis', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate];
  const { status, stderr } = spawnSync('openssl', [...made, ...subject], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl made no certificate: ${stderr}`);
  encrypted = await startRedis({ tls: { cert: certificate, key } });
});
afterAll(async () => {
  await scene.end();
  for (const server of [plain, guarded, encrypted]) await server.end();
});

const withPassword = (url: string, given: string) => url.replace('//', `//:${given}@`);

/** Addresses that no waiting makes right, and what is said of each. */
const wrong: [string, () => string, RegExp][] = [
  ['a wrong password', () => withPassword(guarded.url, 'wrong-secret'), /refuses the password of REDIS_URL/],
  ['no password', () => guarded.url, /wants a password; put it into REDIS_URL/],
  [
    'TLS to a server without',
    () => withPassword(plain.url, 'secret').replace('redis:', 'rediss:'),
    /does not speak TLS/,
  ],
  ['no TLS to a server with', () => withPassword(encrypted.url, 'secret').replace('rediss:', 'redis:'), /speaks TLS/],
  ['an unknown authority', () => withPassword(encrypted.url, 'secret'), /is not trusted .*REDIS_CA/],
  ['a host nobody knows', () => 'redis://:secret@redis.invalid:6379', /no such host is known/],
  ['a database that is not there', () => `${plain.url}/99`, /has no database 99/],
];

describe('29. a REDIS_URL with', () => {
  it.each(wrong)('%s stops whoever works the queues, with a sentence', async (_name, url, sentence) => {
    const config = { ...parseConfig({ ...scene.env, REDIS_URL: url() }), logLevel: 'silent' };
    const started = startService(config, { web: false, work: true, schema: 'refuse' });
    const error = await started.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Failure);
    expect(String(error)).toMatch(sentence);
    expect(String(error)).not.toContain('secret');
  });

  it.each(['work', 'start'])('a wrong password ends `%s` with that one sentence and status 1', async (command) => {
    const env = { REDIS_URL: withPassword(guarded.url, 'wrong-secret'), PORT: String(await findFreePort()) };
    const program = await scene.run([command], env);
    expect(await program.ended).toBe(1);
    expect(program.output()).toMatch(/^Redis at 127\.0\.0\.1:\d+ refuses the password of REDIS_URL\.\n$/);
  });

  it('a wrong password lets pages be served, which need no queue: readiness is degraded', async () => {
    const port = await findFreePort();
    const env = { REDIS_URL: withPassword(guarded.url, 'wrong-secret'), PORT: String(port) };
    const web = await scene.run(['serve'], env);
    await untilUp(web);
    const readiness = await readReadiness(`http://127.0.0.1:${port}`);
    expect(readiness).toMatchObject({ status: 200, state: 'degraded', queue: 'wrong-password' });
    await untilSaid(web, 'refuses the password');
    expect(web.output()).not.toContain('wrong-secret');
    expect(await web.stop('SIGTERM')).toBe(0);
  });

  it.each([
    ['the right password and another database', () => ({ REDIS_URL: `${withPassword(guarded.url, password)}/3` })],
    ['TLS and a private authority', () => ({ REDIS_URL: encrypted.url, REDIS_CA: certificate })],
  ])('%s sends', async (_name, env) => {
    const worker = await scene.run(['work'], env());
    await untilUp(worker);
    const number = await approveAgain(scene);
    await scene.send(number);
    await untilSent(scene, number);
    await expectWhole(scene, number);
    expect(await worker.stop('SIGTERM')).toBe(0);
  });
});

describe('30. in the queue', () => {
  it('a job of nobody we know, one that is no JSON and one without any record fail by themselves: the worker goes on', async () => {
    const { client } = plain;
    const wait = `${scene.env.REDIS_PREFIX}:submit`;
    const worker = await scene.run(['work']);
    await untilUp(worker);
    const foreign = {
      name: 'clean-kitchen',
      data: '{"plates":7}',
      opts: '{}',
      timestamp: '1',
      delay: '0',
      priority: '0',
    };
    await client.hset(`${wait}:foreign`, foreign);
    await client.hset(`${wait}:corrupt`, { ...foreign, name: 'submit-batch', data: '{"batchId":' });
    await client.rpush(`${wait}:wait`, 'foreign', 'corrupt', 'recordless');
    const number = await approveAgain(scene);
    await scene.send(number);
    await untilSent(scene, number);
    await expectWhole(scene, number);
    const listed = async () => Promise.all(['wait', 'active'].map((list) => client.lrange(`${wait}:${list}`, 0, -1)));
    await until('none of them is kept', async () => (await listed()).flat().length === 0, 60);
    await untilSaid(worker, 'no job is called clean-kitchen');
    expect(await worker.stop('SIGTERM')).toBe(0);
  });
});
