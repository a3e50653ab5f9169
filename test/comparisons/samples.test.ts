import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parsePage } from './fixture-pages.ts';
import { wordsKeyOf } from '../../src/comparisons/take-words.ts';
import type { Tool } from '../../src/comparisons/comparison.ts';

const samples = new URL('../../src/demo/samples/', import.meta.url);

function readWeek(week: string) {
  const folder = new URL(`${week}/`, samples);
  return readdirSync(folder).map((name) => parsePage(readFileSync(new URL(name, folder), 'utf8')).page);
}

const weekOne = readWeek('week-1');
const weekTwo = readWeek('week-2');
const tools = [...weekOne, ...weekTwo].flatMap(({ left, right }) => [left, right]);

const wordsOf = ({ takes }: Tool) => takes.map(({ words }) => wordsKeyOf(words ?? '')).toSorted();

describe('the sample pages', () => {
  test('pair one tool with five challengers, then the challengers', () => {
    expect(new Set(weekOne.map(({ left }) => left.name))).toEqual(new Set(['Axolotl v0.16']));
    const challengers = weekOne.map(({ right }) => right.name).toSorted();
    expect(challengers).toEqual([
      'Gemma 3n',
      'Llama 4 Compact (12B)',
      'Mistral 3 Small (24B)',
      'SmolLM3',
      'SmolVLM2-2B',
    ]);
    expect(weekTwo).toHaveLength(5);
    expect([...new Set(weekTwo.flatMap(({ left, right }) => [left.name, right.name]))].toSorted()).toEqual(challengers);
  });

  test.each([
    ['Axolotl v0.16', 75, 'paid'],
    ['Gemma 3n', 75, 'free'],
    ['Llama 4 Compact (12B)', 100, 'free'],
    ['SmolLM3', 75, 'free'],
    ['Mistral 3 Small (24B)', 100, 'free'],
    ['SmolVLM2-2B', 100, 'free'],
  ])('%s has %d%% and is %s on every page', (name, shipPercent, entry) => {
    const same = tools.filter((tool) => tool.name === name);
    expect(same.length).toBeGreaterThan(0);
    for (const tool of same)
      expect(tool).toMatchObject({ shipPercent, entry, category: 'Developer Tools', community: null });
  });

  test('say the same words of a tool everywhere, so that labels carry over', () => {
    for (const tool of tools) {
      expect(tool.takes).toHaveLength(4);
      expect(wordsOf(tool)).toEqual(wordsOf(tools.find((other) => other.slug === tool.slug) ?? tool));
    }
  });

  test('label one page, and no challenger but Gemma 3n', () => {
    const labelled = tools.filter(({ takes }) => takes.some(({ persona }) => persona !== null));
    expect(labelled.map(({ name, takes }) => [name, ...takes.map(({ score }) => score)])).toEqual([
      ['Axolotl v0.16', 80, 80, 80, 45],
      ['Gemma 3n', 84, 78, 87, 52],
    ]);
  });
});
