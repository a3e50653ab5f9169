import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchGuarded, redirectsLimit, type FetchRules } from '../../src/platform/guarded-fetch.ts';
import { isRefusal } from '../../src/platform/refusal.ts';
import { answerOddly, countHungUp, page } from './odd-answers.ts';
import { startPageServer, type PageServer } from '../support/page-server.ts';

const bytesLimit = 100_000;
let server: PageServer;
let server6: PageServer | undefined;

beforeAll(async () => {
  server = await startPageServer(answerOddly);
  server6 = await startPageServer(answerOddly, '::1').catch(() => undefined);
});
afterAll(async () => {
  await server.stop();
  await server6?.stop();
});

async function get(address: string, rules: Partial<FetchRules> = {}) {
  return fetchGuarded(address, {
    allowHosts: [server.host],
    ports: [80, 443],
    bytesLimit,
    timeLimitMs: 20_000,
    contentTypes: ['text/html', 'text/plain'],
    userAgent: 'a test',
    ...rules,
  });
}

async function refusedBy(address: string, rules: Partial<FetchRules> = {}): Promise<string> {
  const reached = await get(address, rules);
  if (!isRefusal(reached)) throw new Error(`${address} was fetched`);
  expect(reached.sentence).not.toMatch(/\n|undefined|\[object/);
  return reached.sentence;
}

const here = (path: string) => `http://${server.host}/${path}`;
/** What the rules would have let through, had the address been one of the internet's. */
const anyPort = () => ({ allowHosts: [], ports: [server.port, server6?.port ?? server.port] });

describe('97. an import by address is led into the private network:', () => {
  test.each([
    ['loopback', (port: number) => `http://127.0.0.1:${port}/`],
    ['loopback by another number', (port: number) => `http://127.8.9.1:${port}/`],
    ['loopback in IPv6', () => `http://${server6?.host ?? '[::1]'}/`],
    ['loopback as IPv4 in IPv6', (port: number) => `http://[::ffff:127.0.0.1]:${port}/`],
    ['loopback through NAT64', (port: number) => `http://[64:ff9b::127.0.0.1]:${port}/`],
    ['loopback through 6to4', (port: number) => `http://[2002:7f00:1::]:${port}/`],
    ['a decimal number', (port: number) => `http://2130706433:${port}/`],
    ['an octal number', (port: number) => `http://0177.0.0.1:${port}/`],
    ['a hexadecimal number', (port: number) => `http://0x7f000001:${port}/`],
    ['a short number', (port: number) => `http://127.1:${port}/`],
    ['a number with a dot at its end', (port: number) => `http://127.0.0.1.:${port}/`],
    ['a number in letters that look like digits', (port: number) => `http://①②⑦.0.0.1:${port}/`],
    ['the unspecified address', (port: number) => `http://0.0.0.0:${port}/`],
    ['metadata', () => 'http://169.254.169.254/latest/meta-data/'],
    ['a private host', () => 'http://10.0.0.1/'],
    ['localhost', (port: number) => `http://localhost:${port}/`],
    ['localhost with a dot at its end', (port: number) => `http://localhost.:${port}/`],
  ])('%s is refused and nothing asked', async (_, addressOf) => {
    const before = server.requests.length + (server6?.requests.length ?? 0);
    const sentence = await refusedBy(addressOf(server.port), anyPort());
    expect(sentence).toMatch(/is not fetched: its host|has a host nobody knows/);
    expect(server.requests.length + (server6?.requests.length ?? 0)).toBe(before);
  });

  test('a name that leads to loopback, beside a public address too, is refused and nothing asked', async () => {
    const before = server.requests.length;
    const address = `http://pages.example:${server.port}/`;
    const loopback = { address: '127.0.0.1', family: 4 };
    const far = { address: '8.8.8.8', family: 4 };
    for (const addresses of [[loopback], [far, loopback], [{ address: '169.254.169.254', family: 4 }], []]) {
      const lookup = () => Promise.resolve(addresses);
      expect(await refusedBy(address, { ...anyPort(), lookup })).toMatch(/no public address|without an address/);
    }
    expect(server.requests.length).toBe(before);
  });

  test('a name that turns to loopback between check and connect is never connected to there', async () => {
    const before = server.requests.length;
    const asked: string[] = [];
    const lookup = (host: string): Promise<LookupAddress[]> => {
      asked.push(host);
      // A public address that nobody has been given, so that no connection comes about.
      return Promise.resolve([
        asked.length === 1 ? { address: '3000::1', family: 6 } : { address: '127.0.0.1', family: 4 },
      ]);
    };
    const rules = { ...anyPort(), lookup, timeLimitMs: 1_000 };
    await refusedBy(`http://rebinding.example:${server.port}/`, rules);
    expect(asked).toEqual(['rebinding.example']);
    expect(server.requests.length).toBe(before);
  });

  test('a host the rules name is fetched wherever it leads, at that port alone', async () => {
    const lookup = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    const allowHosts = [`intranet.example:${server.port}`];
    const address = `http://intranet.example:${server.port}/page`;
    expect(await get(address, { allowHosts, lookup })).toMatchObject({ url: address, charset: 'utf-8' });
    expect(await refusedBy(`http://intranet.example:${server.port + 1}/`, { allowHosts, lookup })).toMatch(/its port/);
    expect(await refusedBy('http://intranet.example/', { allowHosts, lookup })).toMatch(/no public address/);
  });
});

describe('97. an address that is not to be asked:', () => {
  test.each([
    ['file:///etc/hostname', /only http and https/],
    ['ftp://example.com/a', /only http and https/],
    ['gopher://127.0.0.1:70/', /only http and https/],
    ['http://', /is no web address/],
    ['http://ada:secret@example.com/a', /carries a name or password/],
    ['http://example.com:22/', /its port 22 is no web server's/],
    ['https://example.com:8443/', /its port 8443/],
    [`http://example.com/${'x'.repeat(2000)}`, /is too long/],
  ])('%s is refused', async (address, sentence) => {
    const words = await refusedBy(address);
    expect(words).toMatch(sentence);
    expect(words).not.toContain('secret');
  });
});

describe('97. a server leads elsewhere:', () => {
  const to = (location: string) => here(`to/${encodeURIComponent(location)}`);

  test.each([
    ['to a file', 'file:///etc/hostname', /redirects, and file:\/\/\/etc\/hostname is not fetched/],
    ['to metadata', 'http://169.254.169.254/latest', /redirects, and http:\/\/169\.254\.169\.254\/latest is not/],
    ['to another port of its own', 'http://127.0.0.1:1/', /redirects, and .* is not fetched/],
    ['to loopback by a number', 'http://2130706433/', /redirects, and .* is not fetched/],
    ['with a password', 'http://a:b@example.com/', /carries a name or password/],
    ['nowhere', 'http://[', /redirects to what is no web address/],
  ])('%s is refused', async (_, location, sentence) => {
    expect(await refusedBy(to(location))).toMatch(sentence);
  });

  test('five times is followed, and where it ends is the address; six times is not', async () => {
    expect(await get(here(`hops/${redirectsLimit}`))).toMatchObject({ url: here('hops/0') });
    expect(await refusedBy(here(`hops/${redirectsLimit + 1}`))).toMatch(/redirects more than 5 times/);
  });

  test('in a circle is given up', async () => {
    expect(await refusedBy(here('circle'))).toMatch(/redirects more than 5 times/);
  });
});

describe('97. a server answers otherwise than with a page:', () => {
  test.each([
    ['status/404', /answered 404/],
    ['status/500', /answered 500/],
    ['status/204', /answered 204/],
    ['status/302', /answered 302/],
    ['type/application%2Foctet-stream', /is application\/octet-stream; taken are text\/html, text\/plain$/],
    ['none', /does not say what it is/],
    ['packed/zstd', /packed in a way/],
    [`size/${bytesLimit + 1}`, /has more than 100000 bytes/],
    ['endless', /has more than 100000 bytes/],
    ['bomb/gzip', /has more than 100000 bytes/],
    ['bomb/br', /has more than 100000 bytes/],
    ['torn', /broke off/],
    ['garbage', /did not answer as a web server does/],
  ])('%s is refused in one sentence', async (path, sentence) => {
    expect(await refusedBy(here(path))).toMatch(sentence);
  });

  test('as many bytes as may be, and packed ones, are taken whole', async () => {
    expect(await get(here(`size/${bytesLimit}`))).toMatchObject({ bytes: { length: bytesLimit } });
    for (const path of ['packed/gzip', 'packed/br', 'packed/identity'])
      expect(await get(here(path))).toMatchObject({ bytes: Buffer.from(page) });
  });

  test.each(['slow', 'silent'])('%s is given up, and the connection closed', async (path) => {
    const before = countHungUp();
    expect(await refusedBy(here(path), { timeLimitMs: 300 })).toMatch(/was not there whole after 0\.3 seconds/);
    if (path === 'slow') await expect.poll(countHungUp).toBeGreaterThan(before);
  });

  test('a look-up that never answers is given up', async () => {
    const lookup = () => new Promise<never>(() => {});
    expect(await refusedBy('http://pages.example/', { lookup, timeLimitMs: 200 })).toMatch(/was not there whole/);
  });

  test('without TLS where TLS should be, or TLS without a certificate, is refused', async () => {
    expect(await refusedBy(`https://${server.host}/`)).toMatch(/does not prove with a valid certificate/);
    const bare = createTlsServer().listen(0, '127.0.0.1');
    await once(bare, 'listening');
    const address = bare.address();
    const host = `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    expect(await refusedBy(`https://${host}/`, { allowHosts: [host] })).toMatch(/does not prove/);
    await new Promise((resolve) => bare.close(resolve));
  });

  test('at a port where nobody listens says so', async () => {
    const gone = await startPageServer(answerOddly);
    await gone.stop();
    expect(await refusedBy(`http://${gone.host}/`, { allowHosts: [gone.host] })).toMatch(
      /nothing answers at that host/,
    );
  });
});

test('97. no cookie and no name goes out with a request', async () => {
  await get(here('plain'));
  const { headers = {} } = server.requests.at(-1) ?? {};
  expect(Object.keys(headers).toSorted()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent']);
});
