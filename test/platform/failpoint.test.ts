import { afterEach, describe, expect, it } from 'vitest';
import { armFailpoint, failpoint } from '../../src/platform/failpoint.ts';

afterEach(() => armFailpoint(undefined, undefined));

describe('a failpoint', () => {
  it('throws at the pass it was armed for, once', () => {
    armFailpoint('after-claim:throw@2', 'test');
    expect(() => failpoint('after-claim')).not.toThrow();
    expect(() => failpoint('after-claim')).toThrow('failpoint after-claim');
    expect(() => failpoint('after-claim')).not.toThrow();
  });

  it('is the first pass unless told', () => {
    armFailpoint('after-claim:throw', 'test');
    expect(() => failpoint('after-answer')).not.toThrow();
    expect(() => failpoint('after-claim')).toThrow('failpoint after-claim');
  });

  it.each([undefined, 'production', 'development', ''])('does nothing where NODE_ENV is %j', (environment) => {
    armFailpoint('after-claim:throw', environment);
    expect(() => failpoint('after-claim')).not.toThrow();
  });

  it.each([undefined, '', 'after-claim', 'after-claim:explode', ':throw', 'after-claim:throw@x'])(
    'that reads %j is none',
    (value) => {
      armFailpoint(value, 'test');
      expect(() => failpoint('after-claim')).not.toThrow();
    },
  );
});
