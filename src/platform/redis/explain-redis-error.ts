import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Refusal } from '../refusal.ts';
import { isTls, placeOf } from './connect-redis.ts';

/** Why a server cannot be used. All but `down` are faults of the configuration: no waiting mends them. */
export type RedisRefusal = Refusal<
  | 'down'
  | 'unknown-host'
  | 'wrong-password'
  | 'not-allowed'
  | 'no-such-database'
  | 'untrusted-certificate'
  | 'no-tls'
  | 'tls-wanted'
>;

/** The sentence for a connection that failed; neither user nor password is in it. */
export function explainRedisError(url: string, error: unknown): RedisRefusal {
  const { shown } = placeOf(url);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const words = error instanceof Error ? error.message : String(error);
  if (code === 'ENOTFOUND') {
    return { refused: 'unknown-host', sentence: `REDIS_URL names ${shown}, and no such host is known.` };
  }
  if (/^(WRONGPASS|NOAUTH|ERR invalid password|ERR AUTH)/.test(words)) return refusePassword(url);
  if (words.startsWith('NOPERM')) {
    return { refused: 'not-allowed', sentence: `The user of REDIS_URL may not do what the queue needs at ${shown}.` };
  }
  if (/^ERR .*DB index/.test(words)) {
    return {
      refused: 'no-such-database',
      sentence: `Redis at ${shown} has no database ${new URL(url).pathname.slice(1)}; REDIS_URL ends with its number.`,
    };
  }
  if (/CERT|SIGNATURE|SELF_SIGNED/.test(code)) {
    return {
      refused: 'untrusted-certificate',
      sentence: `The certificate of Redis at ${shown} is not trusted (${code}); with a private authority, name its certificate with REDIS_CA.`,
    };
  }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') return refuseTls(shown);
  return {
    refused: 'down',
    sentence: `Redis at ${shown} does not answer (${code === '' ? words : code}); check that it runs.`,
  };
}

function refusePassword(url: string): RedisRefusal {
  const { shown } = placeOf(url);
  const { password, protocol } = new URL(url);
  const sentence =
    password === ''
      ? `Redis at ${shown} wants a password; put it into REDIS_URL: ${protocol}//:password@${shown}.`
      : `Redis at ${shown} refuses the password of REDIS_URL.`;
  return { refused: 'wrong-password', sentence };
}

function refuseTls(shown: string): RedisRefusal {
  return {
    refused: 'no-tls',
    sentence: `Redis at ${shown} does not speak TLS; begin REDIS_URL with redis:// instead of rediss://.`,
  };
}

/**
 * The same, and where only silence or a closed connection came back the other protocol is tried: a server asked in the wrong one
 * gives no reason.
 */
export async function explainRedisSilence(url: string, error: unknown): Promise<RedisRefusal> {
  const explained = explainRedisError(url, error);
  if (explained.refused !== 'down') return explained;
  const { host, port, shown } = placeOf(url);
  if (isTls(url)) return (await speaksPlain(host, port)) ? refuseTls(shown) : explained;
  if (!(await speaksTls(host, port))) return explained;
  return {
    refused: 'tls-wanted',
    sentence: `Redis at ${shown} speaks TLS; begin REDIS_URL with rediss:// instead of redis://.`,
  };
}

const probeMs = 1_500;

async function speaksPlain(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp({ host, port, timeout: probeMs }, () => socket.write('PING\r\n'));
    const end = (answer: boolean) => (socket.destroy(), resolve(answer));
    socket.once('data', (bytes: Buffer) => end(/^[+-]/.test(bytes.toString('latin1'))));
    for (const event of ['error', 'timeout', 'close']) socket.once(event, () => end(false));
  });
}

async function speaksTls(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    // Nothing is said over this connection: whether the certificate is trusted is found out with the real one.
    const socket = connectTls({ host, port, timeout: probeMs, rejectUnauthorized: false }, () => end(true));
    const end = (answer: boolean) => (socket.destroy(), resolve(answer));
    for (const event of ['error', 'timeout', 'close']) socket.once(event, () => end(false));
  });
}
