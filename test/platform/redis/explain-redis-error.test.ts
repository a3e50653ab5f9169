import { describe, expect, it } from 'vitest';
import { explainRedisError } from '../../../src/platform/redis/explain-redis-error.ts';

const url = 'rediss://someone:hidden@queue.example.com:6380/2';
const withCode = (code: string) => Object.assign(new Error(`it says ${code}`), { code });

describe('what went wrong with a connection', () => {
  it.each<[string, Error]>([
    ['unknown-host', withCode('ENOTFOUND')],
    ['down', withCode('EAI_AGAIN')],
    ['down', withCode('ECONNREFUSED')],
    ['down', new Error('Connection is closed.')],
    ['wrong-password', new Error('WRONGPASS invalid username-password pair or user is disabled.')],
    ['wrong-password', new Error('NOAUTH Authentication required.')],
    ['not-allowed', new Error("NOPERM this user has no permissions to run the 'info' command")],
    ['no-such-database', new Error('ERR DB index is out of range')],
    ['untrusted-certificate', withCode('SELF_SIGNED_CERT_IN_CHAIN')],
    ['untrusted-certificate', withCode('UNABLE_TO_VERIFY_LEAF_SIGNATURE')],
    ['untrusted-certificate', withCode('CERT_HAS_EXPIRED')],
    ['untrusted-certificate', withCode('ERR_TLS_CERT_ALTNAME_INVALID')],
    ['no-tls', withCode('ERR_SSL_WRONG_VERSION_NUMBER')],
    ['no-tls', withCode('EPROTO')],
  ])('is %s: the sentence has the place, and neither user nor password', (reason, error) => {
    const { refused, sentence } = explainRedisError(url, error);
    expect(refused).toBe(reason);
    expect(sentence).toMatch(/queue\.example\.com:6380|REDIS_URL/);
    expect(sentence).not.toMatch(/someone|hidden/);
  });

  it('is a missing password where none was given', () => {
    const { sentence } = explainRedisError('redis://queue', new Error('NOAUTH Authentication required.'));
    expect(sentence).toBe('Redis at queue:6379 wants a password; put it into REDIS_URL: redis://:password@queue:6379.');
  });
});
