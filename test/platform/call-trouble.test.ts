import { describe, expect, it } from 'vitest';
import { describeCallTrouble } from '../../src/platform/call-trouble.ts';

const fault = (code: string, syscall?: string) =>
  Object.assign(new Error('no'), { code, ...(syscall ? { syscall } : {}) });
const judge = (error: unknown) => describeCallTrouble(error, 30_000);

describe('a connection that never came about', () => {
  it.each([
    ['refused', fault('ECONNREFUSED', 'connect'), /network/],
    ['no way there', fault('ENETUNREACH', 'connect'), /network/],
    ['no answer to the first packet', fault('ETIMEDOUT', 'connect'), /network/],
    ['too slow to connect', fault('UND_ERR_CONNECT_TIMEOUT'), /network/],
    ['no such name', fault('ENOTFOUND', 'getaddrinfo'), /DNS/],
    ['no name server', fault('EAI_AGAIN', 'getaddrinfo'), /DNS/],
    ['self-signed', fault('DEPTH_ZERO_SELF_SIGNED_CERT'), /certificate/],
    ['out of date', fault('CERT_HAS_EXPIRED'), /certificate/],
    ['for another name', fault('ERR_TLS_CERT_ALTNAME_INVALID'), /certificate/],
    [
      'each of its addresses',
      new AggregateError([fault('ECONNREFUSED', 'connect'), fault('ENETUNREACH', 'connect')]),
      /E/,
    ],
    ['told by fetch', new TypeError('fetch failed', { cause: fault('ECONNREFUSED', 'connect') }), /network/],
  ])('%s: surely not handed over, with what to look at', (_name, error, words) => {
    const trouble = judge(error);
    expect(trouble.isUnreached).toBe(true);
    expect(trouble.sentence).toMatch(words);
    expect(trouble.sentence).toContain('nothing was handed over');
  });
});

describe('anything else may have been handed over', () => {
  it.each([
    ['reset', fault('ECONNRESET', 'read')],
    ['a pipe that broke', fault('EPIPE', 'write')],
    ['no way there any more', fault('EHOSTUNREACH', 'read')],
    ['silence on a connection that stood', fault('ETIMEDOUT', 'read')],
    ['closed by the other side', fault('UND_ERR_SOCKET')],
    ['a refusal in the middle of TLS', fault('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')],
    [
      'one address of two that may have',
      new AggregateError([fault('ECONNREFUSED', 'connect'), fault('ECONNRESET', 'read')]),
    ],
    ['an error without a code', new Error('boom')],
    ['nothing like an error', 'boom'],
    ['addresses nobody tried', new AggregateError([])],
  ])('%s', (_name, error) => {
    expect(judge(error).isUnreached).toBe(false);
    expect(judge(error).sentence).toMatch(/^The connection to the provider broke/);
  });

  it('the deadline is named in seconds', () => {
    const late = new DOMException('late', 'TimeoutError');
    expect(judge(late)).toEqual({ isUnreached: false, sentence: 'The provider had not answered whole after 30 s.' });
  });
});
