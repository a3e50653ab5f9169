import { describe, expect, test } from 'vitest';
import { readMail } from '../../../src/issues/render/assemble.ts';
import { checkRevision } from '../../../src/issues/render/check-revision.ts';
import { writeDateLine } from '../../../src/issues/render/date-line.ts';
import { groupLeastCount, groupPicks, type PickSection } from '../../../src/issues/render/group-picks.ts';
import { renderRevision } from '../../../src/issues/render/render-revision.ts';
import { writePairVerdict, writeVerdict } from '../../../src/issues/render/write-verdict.ts';
import { writeReasons } from '../../../src/issues/render/write-reasons.ts';
import { sampleComparison, sampleTool } from '../sample-comparison.ts';
import { axolotl, gemma, llama, mistral, samplePick, smollm, smolvlm, weekOne, weekTwo } from './sample-picks.ts';
import { sampleProps, sampleRevision, sampleValues } from './sample-revision.ts';

const shape = (sections: PickSection[]): unknown[] =>
  sections.map((section) =>
    section.kind === 'pair'
      ? section.pick.position
      : [section.shared.name, section.challengers.map(({ pick }) => pick.position)],
  );

describe('grouping', () => {
  test('week one is one group, best challenger first, ties by score and then by pick', () => {
    expect(shape(groupPicks(weekOne()))).toEqual([['Axolotl v0.16', [2, 4, 5, 1, 3]]]);
  });

  test('the order in which picks are given changes nothing', () => {
    expect(shape(groupPicks(weekOne().toReversed()))).toEqual(shape(groupPicks(weekOne())));
  });

  test('a ring of challengers is pairs in order', () => {
    expect(shape(groupPicks(weekTwo()))).toEqual([1, 2, 3, 4, 5]);
  });

  test('a tool in three comparisons forms a group, in two it does not', () => {
    const two = [samplePick(1, sampleComparison(axolotl, gemma)), samplePick(2, sampleComparison(llama, axolotl))];
    expect(two).toHaveLength(groupLeastCount - 1);
    expect(shape(groupPicks(two))).toEqual([1, 2]);
    const three = [...two, samplePick(3, sampleComparison(axolotl, mistral))];
    expect(shape(groupPicks(three))).toEqual([['Axolotl v0.16', [2, 3, 1]]]);
  });

  test('of several pages on the shared tool the fullest is told', () => {
    const bare = {
      ...axolotl,
      panel: null,
      bestFor: null,
      takes: axolotl.takes.map((take) => ({ ...take, persona: null })),
    };
    const picks = [bare, axolotl, bare].map((tool, index) =>
      samplePick(index + 1, sampleComparison(tool, [gemma, llama, mistral][index] ?? gemma)),
    );
    expect(groupPicks(picks)).toMatchObject([{ kind: 'group', shared: axolotl }]);
  });

  test('two shared tools: the one with more comparisons takes its own first, what is left pairs up', () => {
    const picks = [
      samplePick(1, sampleComparison(smollm, smolvlm)),
      samplePick(2, sampleComparison(axolotl, gemma)),
      samplePick(3, sampleComparison(gemma, llama)),
      samplePick(4, sampleComparison(gemma, mistral)),
      samplePick(5, sampleComparison(axolotl, llama)),
      samplePick(6, sampleComparison(axolotl, smollm)),
    ];
    expect(shape(groupPicks(picks))).toEqual([1, ['Axolotl v0.16', [5, 2, 6]], 3, 4]);
  });
});

const at = (share: number | null, name = 'Alpha') => sampleTool(name, { shipPercent: share });

describe('verdict lines', () => {
  test.each([
    [100, 75, '100 % ship against 75 %'],
    [50, 75, '50 % ship against 75 %'],
    [75, 75, 'A tie at 75 %'],
    [75, null, '75 % ship, no panel verdict on Beta yet'],
    [null, 75, 'No panel verdict yet, against 75 % ship'],
    [null, null, 'No panel verdict on either yet'],
  ])('%s against %s is “%s”', (a, b, line) => {
    expect(writeVerdict(at(a), at(b, 'Beta'))).toEqual({ of: null, line, note: null });
  });

  test('of a pair names the better side, whichever side of the page it is on', () => {
    expect(writePairVerdict(at(75), at(100, 'Beta'))).toMatchObject({ of: 'Beta', line: '100 % ship against 75 %' });
    expect(writePairVerdict(at(75), at(75, 'Beta'))).toMatchObject({ of: null, line: 'A tie at 75 %' });
    expect(writePairVerdict(at(null), at(0, 'Beta'))).toMatchObject({
      of: 'Beta',
      line: '0 % ship, no panel verdict on Alpha yet',
    });
  });

  test('scores tell a tie apart where both panels gave all of them', () => {
    expect(writeVerdict(gemma, axolotl)).toMatchObject({ line: 'A tie at 75 %', note: 'average score 75 against 71' });
    expect(writeVerdict(smollm, axolotl).note).toBeNull();
  });
});

describe('the props', () => {
  test('cards are numbered in reading order, the lead is the first challenger alone', () => {
    const [group] = sampleProps(weekOne()).sections;
    if (group?.kind !== 'group') throw new Error('week one is a group');
    expect([group.card, ...group.challengers.map(({ card }) => card)].map(({ position }) => position)).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
    expect(group.challengers.map(({ isLead }) => isLead)).toEqual([true, false, false, false, false]);
    expect(group.challengers.every(({ tool }) => tool.category === null)).toBe(true);
  });

  test('a page that states almost nothing still makes a mail that says what is missing', async () => {
    const picks = [
      samplePick(1, sampleComparison(sampleTool('Alpha'), sampleTool('Beta')), { reasons: [], link: null }),
    ];
    const revision = await sampleRevision(picks);
    const { html, text, subject } = readMail(revision, [1], sampleValues());
    expect(subject).toBe('Alpha or Beta: what the reviewers say');
    for (const part of [html, text]) {
      for (const words of [
        '1 verdict',
        'No panel verdict on either yet',
        'No reviewer take yet',
        'not stated on the page',
      ])
        expect(part).toContain(words);
      expect(part).not.toMatch(/null|undefined|NaN|Why these picks|Best for/);
    }
    expect(html).toContain(`<a href="${sampleValues().archiveUrl}"`);
    expect(checkRevision(revision, revision.envelope)).toEqual([]);
  });

  test('no picks at all are a blocking check, not a crash', async () => {
    const revision = await sampleRevision([]).catch((fault: unknown) => fault);
    expect(revision).not.toBeInstanceOf(Error);
    expect(sampleProps([])).toMatchObject({ countLine: '0 verdicts', sections: [] });
  });

  test('an editor’s introduction stands between the answer and the first verdict, in HTML and text', async () => {
    const rendered = await renderRevision({ ...sampleProps(weekOne()), intro: 'A week of small models.' });
    for (const shell of [rendered.shellHtml, rendered.shellText]) {
      const [answer, intro, cards] = ['SmolLM3 stand at', 'A week of small models.', '⟦cards⟧'].map((words) =>
        shell.indexOf(words),
      );
      expect([answer, intro, cards]).toEqual([answer, intro, cards].toSorted((a, b) => (a ?? 0) - (b ?? 0)));
      expect(answer).toBeGreaterThan(0);
    }
  });
});

describe('the reasons', () => {
  test('what holds for all is said once, each challenger by its name, those without points not at all', () => {
    const lines = writeReasons(weekOne());
    expect(lines[0]).toEqual({
      of: 'All 5',
      sentences: 'published today; the panel is split 3 to 1 on Axolotl v0.16.',
    });
    expect(lines[1]).toEqual({ of: 'Gemma 3n', sentences: 'first time Gemma 3n is featured.' });
    expect(JSON.stringify(lines)).not.toContain('votes');
  });

  test('one pick alone has its reasons under both names', () => {
    expect(writeReasons(weekOne().slice(0, 1)).map(({ of }) => of)).toEqual(['Axolotl v0.16 vs Gemma 3n']);
  });
});

describe('the date', () => {
  test('is the day in the zone the issue is sent for', () => {
    const at = new Date('2026-11-25T23:30:00Z');
    expect(writeDateLine(at, 'UTC')).toBe('Wednesday 25 November 2026');
    expect(writeDateLine(at, 'Europe/Berlin')).toBe('Thursday 26 November 2026');
  });
});
