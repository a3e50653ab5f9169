import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countSubscribersByEligibility } from '../../src/subscribers/eligibility.ts';
import { hashAddress } from '../../src/suppressions/address.ts';
import { addSuppression, liftSuppression } from '../../src/suppressions/queries.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { consent, header, importText, pepper } from './import-text.ts';

const hashOf = (address: string) => hashAddress(pepper, address);

let test: TestDatabase;
beforeEach(async () => {
  test = await createTestDatabase();
});
afterEach(() => test.drop());

function everySubscriber() {
  return test.db.selectFrom('subscribers').selectAll().orderBy('address').execute();
}

describe('importing subscribers', () => {
  it('brings people in as what the file can prove they are', async () => {
    const { report, refused } = await importText(
      test.db,
      [
        header,
        `Ann@Example.com,Ann Lee,active,Europe/Madrid,Coding;agents,${consent}`,
        `bob@example.com,,unsubscribed,,,${consent}`,
        `cid@example.com,,bounced,,,${consent}`,
        'dee@example.com,,complained,,,,',
        'eve@example.com,,,,,,',
        `fay@example.com,,subscribed,,,${consent}`,
      ].join('\r\n'),
    );
    const added = { active: 1, unsubscribed: 1, bounced: 1, complained: 1, pending: 2 };
    expect(report).toEqual({ rows: 6, added, known: 0, refused: 0 });
    expect(refused).toEqual([]);
    const [ann, bob, cid, dee, eve, fay] = await everySubscriber();
    expect(ann).toMatchObject({
      address: 'ann@example.com',
      addressHash: hashOf('ann@example.com'),
      name: 'Ann Lee',
      state: 'active',
      timeZone: 'Europe/Madrid',
      topics: ['coding', 'agents'],
      confirmedAt: new Date('2026-03-31T18:00:00Z'),
    });
    expect(bob).toMatchObject({ state: 'unsubscribed', unsubscribedAt: expect.any(Date) });
    expect([cid?.state, dee?.state, eve?.state, fay?.state]).toEqual(['active', 'pending', 'pending', 'pending']);
    expect([eve?.prunable, fay?.prunable]).toEqual([false, false]);
    const standing = await test.db
      .selectFrom('suppressions')
      .select(['addressHash', 'reason', 'source'])
      .orderBy('id')
      .execute();
    expect(new Map(standing.map((row) => [row.addressHash, row.reason]))).toEqual(
      new Map([
        [cid?.addressHash, 'bounced'],
        [dee?.addressHash, 'complained'],
      ]),
    );
    const counts = await countSubscribersByEligibility(test.db, new Date());
    expect(counts).toEqual({
      subscribers: 6,
      eligible: 1,
      ineligible: { erased: 0, unsubscribed: 1, suppressed: 2, pending: 2, paused: 0 },
    });
  });

  it('keeps the evidence of consent given and withdrawn', async () => {
    await importText(
      test.db,
      `${header}\na@example.com,,active,,,${consent}\nb@example.com,,unsubscribed,,,${consent}\nc@example.com,,,,,${consent}`,
    );
    const consents = await test.db
      .selectFrom('consents')
      .innerJoin('subscribers', 'subscribers.id', 'consents.subscriberId')
      .select(['address', 'kind', 'at', 'source', 'method'])
      .orderBy('address')
      .orderBy('kind')
      .execute();
    const given = { kind: 'confirmed', at: new Date('2026-03-31T18:00:00Z'), source: 'sign-up form', method: 'import' };
    expect(consents).toEqual([
      { address: 'a@example.com', ...given },
      { address: 'b@example.com', ...given },
      { address: 'b@example.com', kind: 'withdrawn', at: expect.any(Date), source: 'import', method: 'import' },
    ]);
  });

  it('fault 95: refused rows are reported with line and reason, and the rest comes in', async () => {
    const { report, refused } = await importText(
      test.db,
      [
        header,
        'a@example.com,,,,,,',
        'a@b,,,,,,',
        'b@example.com,,active,,,,',
        'c@example.com,,,Mars/Olympus,,,',
        '',
        'd@example.com,,,,,2026-02-30,form',
        'e@example.com,too,few',
        'f@example.com,"Fay "the" fox",,,,,',
        'g@example.com,G\0,,,,,',
        `h@example.com,${'n'.repeat(201)},,,,,`,
        'i@example.com,"I, ""the""\nlast",,,,,',
        `j@example.com,,,,${'t;'.repeat(3)}${'x'.repeat(61)},,`,
        'k@example.com,=1+1,,,,,',
      ].join('\n'),
    );
    expect(refused.map(({ line, refused: reason }) => [line, reason])).toEqual([
      [3, 'bad-address'],
      [4, 'missing-consent'],
      [5, 'bad-time-zone'],
      [7, 'bad-date'],
      [8, 'wrong-column-count'],
      [9, 'bad-quotes'],
      [10, 'null-byte'],
      [11, 'name-too-long'],
      [14, 'topic-too-long'],
    ]);
    expect(report).toMatchObject({ rows: 12, refused: 9, known: 0 });
    const names = (await everySubscriber()).map(({ address, name }) => [address, name]);
    expect(names).toEqual([
      ['a@example.com', null],
      ['i@example.com', 'I, "the" last'],
      ['k@example.com', '=1+1'],
    ]);
  });

  it('fault 95: a byte-order mark, mixed line ends and columns in another order do not matter', async () => {
    const text =
      '\ufeffname,email,status,timeZone,topics,consentSource,confirmedAt\r\nAnn,a@example.com,active,,,form,2026-03-31\nBob,b@example.com,,,,,\rCid,c@example.com,,,,,';
    const { report } = await importText(test.db, text);
    expect(report).toMatchObject({ rows: 3, refused: 0, added: { active: 1, pending: 2 } });
  });

  it.each([
    ['an empty file', '', 'bad-header'],
    ['a file without the consent columns', 'email,name,status,timeZone,topics\na@example.com,,,,', 'bad-header'],
    ['a file with a column nobody knows', `${header},age\na@example.com,,,,,,,7`, 'bad-header'],
    ['a file with a column twice', `${header},email\na@example.com,,,,,,,b@example.com`, 'bad-header'],
    ['a file without a header', 'a@example.com,,,,,,', 'bad-header'],
    ['a file with semicolons', header.replaceAll(',', ';'), 'bad-header'],
    ['a UTF-16 file', Buffer.from(`\ufeff${header}\na@example.com,,,,,,`, 'utf16le'), 'not-utf-8'],
    ['a UTF-16 file without a mark', Buffer.from(`${header}\na@example.com,,,,,,`, 'utf16le'), 'not-utf-8'],
    ['a zip archive', Buffer.from('504b0304140000000800ffff', 'hex'), 'not-utf-8'],
  ])('fault 95: %s is refused as a whole', async (_, text, refused) => {
    const { report } = await importText(test.db, text);
    expect(report).toMatchObject({ refused, sentence: expect.stringContaining('Nothing was imported.') });
    expect(await everySubscriber()).toEqual([]);
  });

  it('fault 95: Latin-1 rows are refused, plain ones come in', async () => {
    const { report, refused } = await importText(
      test.db,
      Buffer.from(`${header}\na@example.com,José,,,,,\nb@example.com,Bob,,,,,`, 'latin1'),
    );
    expect(refused).toMatchObject([{ line: 2, refused: 'not-utf-8' }]);
    expect(report).toMatchObject({ rows: 2, refused: 1, added: { pending: 1 } });
  });

  it('fault 94: one address in many spellings is one subscriber, and the first row counts', async () => {
    const { report } = await importText(
      test.db,
      `${header}\nann@example.com,First,,,,,\n ANN@EXAMPLE.COM. ,Second,active,,,${consent}\nann+x@example.com,Tagged,,,,,`,
    );
    expect(report).toMatchObject({ rows: 3, known: 1, added: { pending: 2 } });
    expect((await everySubscriber()).map(({ name }) => name)).toEqual(['Tagged', 'First']);
  });

  it('fault 95: whoever is known, unsubscribed, erased or suppressed is never changed or revived', async () => {
    await importText(
      test.db,
      `${header}\nann@example.com,Ann,,,,,\nbob@example.com,Bob,unsubscribed,,,,\ncid@example.com,Cid,bounced,,,,\ndee@example.com,Dee,,,,,`,
    );
    await sql`update subscribers set state = 'erased', address = null, name = null where name = 'Dee'`.execute(test.db);
    await addSuppression(test.db, { addressHash: hashOf('eve@example.com'), reason: 'complained', source: 'test' });
    const before = await everySubscriber();
    const rows = ['ann', 'bob', 'cid', 'dee', 'eve'].map(
      (name) => `${name}@example.com,New,active,Europe/Paris,x,${consent}`,
    );
    const { report } = await importText(test.db, [header, ...rows, 'ann@example.com,,bounced,,,,'].join('\n'));
    expect(report).toMatchObject({ rows: 6, known: 6, refused: 0, added: { active: 0, bounced: 0 } });
    expect(await everySubscriber()).toEqual(before);
    const { standing } = await test.db
      .selectFrom('suppressions')
      .select(sql<number>`count(*)::int`.as('standing'))
      .executeTakeFirstOrThrow();
    expect(standing).toBe(2);
  });

  it('an address whose suppression a person lifted may come in', async () => {
    await addSuppression(test.db, { addressHash: hashOf('eve@example.com'), reason: 'manual', source: 'test' });
    await liftSuppression(test.db, { addressHash: hashOf('eve@example.com'), liftedBy: 'ops', why: 'asked by phone' });
    const { report } = await importText(test.db, `${header}\neve@example.com,,active,,,${consent}`);
    expect(report).toMatchObject({ added: { active: 1 } });
  });
});
