import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderAnswer } from '../../src/platform/mailer.ts';
import { ada, closeStandIns, mail, type Name, newKey, openStandIns, post } from './stand-ins.ts';

beforeAll(openStandIns);
afterAll(closeStandIns);

/** What each of the two says where they differ; why, and what follows for us. */
const differences: {
  about: string;
  why: string;
  ask(name: Name): Promise<ProviderAnswer>;
  sandbox: Partial<ProviderAnswer>;
  emulate: Partial<ProviderAnswer>;
}[] = [
  {
    about: 'a key nobody gave out',
    why: 'emulate takes every key; the documentation names 403',
    ask: (name) => post(name, ada, { apiKey: 'wrong' }),
    sandbox: { status: 403, errorName: 'invalid_api_key' },
    emulate: { status: 200 },
  },
  {
    about: 'something that is no address',
    why: 'emulate looks only whether there is one',
    ask: (name) => post(name, mail('not an address')),
    sandbox: { status: 400, errorName: 'validation_error' },
    emulate: { status: 200 },
  },
  {
    about: 'a tag with a blank in its name',
    why: 'emulate does not look at tags',
    ask: (name) => post(name, mail('ada@example.com', { tags: [{ name: 'a b', value: 'c' }] })),
    sandbox: { status: 400, errorName: 'validation_error' },
    emulate: { status: 200 },
  },
  {
    about: 'an empty batch',
    why: 'not documented; none is ever sent by us',
    ask: (name) => post(name, []),
    sandbox: { status: 400, errorName: 'validation_error' },
    emulate: { status: 200, ids: [] },
  },
  {
    about: 'too many mails in a batch',
    why: '400 or 422 is not said for this case; both end the batch the same way',
    ask: (name) =>
      post(
        name,
        Array.from({ length: 101 }, () => ada),
      ),
    sandbox: { status: 400, errorName: 'validation_error' },
    emulate: { status: 422, errorName: 'validation_error' },
  },
  {
    about: 'the same JSON in other bytes under the same key',
    why: 'the documentation says "body": ours takes the strict reading, so that our bytes must be the same to pass',
    async ask(name) {
      const key = newKey();
      await post(name, ada, { key });
      return post(name, ada, { key, text: JSON.stringify(ada, null, 2) });
    },
    sandbox: { status: 409, errorName: 'invalid_idempotent_request' },
    emulate: { status: 200 },
  },
  {
    about: 'one key at two endpoints',
    why: 'the documentation counts a key for method and endpoint; our keys differ anyway',
    async ask(name) {
      const key = newKey();
      await post(name, ada, { key });
      return post(name, [ada], { key });
    },
    sandbox: { status: 200 },
    emulate: { status: 409, errorName: 'invalid_idempotent_request' },
  },
  {
    about: 'the rate it states',
    why: 'emulate has no limit; without a statement the slowest documented rate is kept',
    ask: (name) => post(name, ada),
    sandbox: { status: 200, statedRate: 1_000 },
    emulate: { status: 200, statedRate: null },
  },
];

describe('where the two readings differ', () => {
  it.each(differences)('$about: $why', async (difference) => {
    expect(await difference.ask('sandbox')).toMatchObject(difference.sandbox);
    expect(await difference.ask('emulate')).toMatchObject(difference.emulate);
  });
});
