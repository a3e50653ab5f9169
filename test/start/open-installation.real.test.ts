import { afterEach, beforeEach, expect, test } from 'vitest';
import { createKeyRing } from '../../src/platform/token.ts';
import { openInstallation } from '../../src/start/open-installation.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const [first, second] = ['the first secret of this installation', 'the second secret of this installation'];
let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const open = (...secrets: string[]) => openInstallation(database.db, createKeyRing(secrets));

test('the pepper is made once and stays, whatever the secrets become', async () => {
  const made = await open(first);
  expect(await open(second, first)).toEqual(made);
  expect(await Promise.all([open(first, second), open(second, first)])).toEqual([made, made]);
});

test('a start without a secret that signed earlier mails is refused, with what would break and the mend', async () => {
  await open(first);
  await open(second, first);
  const refused = await open(second);
  expect(refused).toMatchObject({
    refused: 'missing-key',
    sentence: expect.stringMatching(/unsubscribe links.*Put the old secret back/),
  });
  expect(await open(second, first)).toHaveProperty('pepper');
});
