import type { ToolPart } from '../../../emails/weekly-issue-props.ts';
import type { Tool } from '../../../src/comparisons/comparison.ts';
import { describe, expect, test } from 'vitest';
import { buildSplit, buildToolPart, factLimits, type Told } from '../../../src/issues/render/build-tool-part.ts';
import { sampleTake, sampleTool } from '../sample-comparison.ts';
import { axolotl, gemma, llama, smollm } from './sample-picks.ts';

const partOf = (facts: Partial<Tool>): ToolPart => buildToolPart(sampleTool('A', facts), fresh());
const fresh = (): Told => ({ tools: new Set(), sentences: new Set() });

describe('the reviewer split', () => {
  test('has a cell a persona in fixed order, those without a take said to have none', () => {
    expect(buildSplit(gemma.takes)).toEqual({
      cells: [
        { persona: 'Builder', state: 'ship', score: 84 },
        { persona: 'Skeptic', state: 'ship', score: 78 },
        { persona: 'Futurist', state: 'ship', score: 87 },
        { persona: 'Creator', state: 'absent', score: null },
        { persona: 'Founder', state: 'skip', score: 52 },
      ],
      note: null,
    });
  });

  test('reviewers whom the page does not name are counted, and given no verdict', () => {
    expect(buildSplit(llama.takes)).toEqual({ cells: [], note: '4 reviewers, not named on the page' });
    expect(buildSplit([sampleTake()])).toEqual({ cells: [], note: '1 reviewer, not named on the page' });
  });

  test('unnamed reviewers keep the verdicts that the page has', () => {
    const takes = [sampleTake({ verdict: 'ship' }), sampleTake({ verdict: 'skip' }), sampleTake({ verdict: 'ship' })];
    expect(buildSplit(takes).note).toBe('3 reviewers, not named on the page: ▲ 2 ship, ▽ 1 skip');
  });

  test('named and unnamed reviewers both show, a named one without a verdict says so', () => {
    const split = buildSplit([sampleTake({ persona: 'creator', score: 60 }), sampleTake()]);
    expect(split.cells[3]).toEqual({ persona: 'Creator', state: 'unstated', score: 60 });
    expect(split.note).toBe('1 more, not named on the page');
  });

  test('no take at all is said', () => {
    expect(buildSplit([])).toEqual({ cells: [], note: 'No reviewer take yet' });
  });
});

describe('quotes', () => {
  test('stand for and against, with who said it', () => {
    const quotes = buildToolPart(gemma, fresh()).quotes;
    expect(quotes.map(({ side, by }) => [side, by])).toEqual([
      ['for', 'builder, 84 of 100'],
      ['against', 'founder, 52 of 100'],
    ]);
  });

  test('a take without a verdict is neither for nor against while the panel is split', () => {
    expect(buildToolPart(smollm, fresh()).quotes).toMatchObject([{ side: 'panel', by: null }]);
  });

  test('where the whole panel ships a take is for, where none does it is against', () => {
    expect(buildToolPart(llama, fresh()).quotes).toMatchObject([{ side: 'for' }]);
    expect(buildToolPart({ ...llama, shipPercent: 0 }, fresh()).quotes).toMatchObject([{ side: 'against' }]);
  });
});

test('a second choice of an unnamed reviewer’s words is the panel’s, not for or against', () => {
  const told = fresh();
  buildToolPart(llama, told);
  expect(buildToolPart(llama, told).quotes).toMatchObject([{ side: 'panel', by: null }]);
});

describe('a tool', () => {
  test('told of a second time it keeps its name, share, split and price, and loses the words', () => {
    const told = fresh();
    const first = buildToolPart(axolotl, told);
    const second = buildToolPart(axolotl, told);
    expect(second).toMatchObject({ name: first.name, share: first.share, split: first.split, pricing: first.pricing });
    expect([second.what, second.category, second.bestFor]).toEqual([null, null, null]);
    const words = [...first.quotes, ...second.quotes].map((quote) => quote.words);
    expect(new Set(words).size).toBe(words.length);
  });

  test('without a price it costs what its entry says, without an entry nothing is claimed', () => {
    expect((['free', 'paid', null] as const).map((entry) => partOf({ entry }).pricing)).toEqual(['Free', 'Paid', null]);
  });

  test('best for and tagline that are the same words are said once', () => {
    expect(buildToolPart(gemma, fresh())).toMatchObject({ what: null, bestFor: gemma.bestFor });
  });

  test('without a tagline it is what the description says first', () => {
    const tool = sampleTool('A', { description: 'A thing, v0.16. It does more.' });
    expect(buildToolPart(tool, fresh()).what).toBe('A thing, v0.16.');
  });

  test('its share comes from the counts where the page states no share', () => {
    expect(buildToolPart(sampleTool('A', { panel: { ship: 2, skip: 1 } }), fresh()).share).toEqual({
      percent: 200 / 3,
      line: '66.7 % ship',
      shortLine: '66.7 %',
      notes: ['2 of 3 reviewers ship it'],
    });
    expect(buildToolPart(sampleTool('A', { panel: { ship: 0, skip: 0 } }), fresh()).share.line).toBe(
      'No panel verdict yet',
    );
  });

  test('community votes are said with what they are of', () => {
    expect([124, 1, null].map((votes) => partOf({ community: { shipPercent: 62, votes } }).share.notes)).toEqual([
      ['62 % ship of 124 community votes'],
      ['62 % ship of 1 community vote'],
      ['62 % ship in the community'],
    ]);
  });

  test('a fact at its limit is whole, one past it is cut', () => {
    const at = 'p'.repeat(factLimits.pricing);
    expect(partOf({ pricing: at }).pricing).toBe(at);
    expect(partOf({ pricing: `${at}p` }).pricing).toBe(`${'p'.repeat(factLimits.pricing - 1)}…`);
  });
});
