import type { ComparisonPage, Take, Tool } from './comparison.ts';
import { quoted } from './page-refusal.ts';
import { wordsKeyOf } from './take-words.ts';
import { countOf } from '../platform/count-of.ts';

/** What an edited page says otherwise than before, a phrase each: `Gemma 3n: pricing was "Free", is "Paid"`. */
export function describePageChanges(before: ComparisonPage, after: ComparisonPage): string[] {
  return [...describeToolChanges(before.left, after.left), ...describeToolChanges(before.right, after.right)];
}

const factNames: ReadonlyArray<readonly [Exclude<keyof Tool, 'takes' | 'slug'>, string]> = [
  ['name', 'name'],
  ['category', 'category'],
  ['tagline', 'tagline'],
  ['description', 'description'],
  ['entry', 'entry'],
  ['pricing', 'pricing'],
  ['bestFor', 'best for'],
  ['shipPercent', 'panel share'],
  ['panel', 'panel'],
  ['community', 'community'],
];

function describeToolChanges(before: Tool, after: Tool): string[] {
  const facts = factNames.flatMap(([fact, name]) => {
    const was = factText(fact, before[fact]);
    const is = factText(fact, after[fact]);
    if (was === is) return [];
    if (was === null) return [`${after.name}: ${name} is now stated, ${is}`];
    return [
      is === null
        ? `${after.name}: ${name} was ${was}, is no longer stated`
        : `${after.name}: ${name} was ${was}, is ${is}`,
    ];
  });
  return [...facts, ...describeTakeChanges(before, after)];
}

function factText(fact: string, value: Tool[keyof Tool]): string | null {
  if (value === null) return null;
  if (typeof value === 'number') return `${value}%`;
  if (typeof value === 'string') return fact === 'entry' ? value : quoted(value);
  if ('ship' in value) return `${value.ship} ship / ${value.skip} skip`;
  if ('votes' in value)
    return value.votes === null ? `${value.shipPercent}%` : `${value.shipPercent}% of ${countOf(value.votes, 'vote')}`;
  return null;
}

function describeTakeChanges(before: Tool, after: Tool): string[] {
  const pairs = pairTakes(before.takes, after.takes);
  const gone = before.takes.filter((take) => !pairs.some(([was]) => was === take));
  const added = after.takes.filter((take) => !pairs.some(([, is]) => is === take));
  const reworded = pairs.filter(([was, is]) => was.words !== null && is.words !== null && was.words !== is.words);
  const relabelled = pairs.flatMap(([was, is]) => describeLabelChange(was, is, after.name));
  const moved = pairs.some(
    ([was], index) =>
      before.takes.indexOf(was) < Math.max(...pairs.slice(0, index).map(([one]) => before.takes.indexOf(one))),
  );
  return [
    ...countTakes(reworded.length, after.name, 'reworded'),
    ...countTakes(added.length, after.name, 'added'),
    ...countTakes(gone.length, after.name, 'gone'),
    ...relabelled,
    ...(moved ? [`takes of ${after.name} stand in another order`] : []),
  ];
}

/** Which take became which: by the same words, then by the same persona, then, without labels, in order. */
function pairTakes(before: readonly Take[], after: readonly Take[]): Array<[Take, Take]> {
  const left = [...before];
  const take = (index: number) => (index === -1 ? undefined : left.splice(index, 1)[0]);
  const byWords = after.map((is) =>
    take(left.findIndex((was) => haveSameWords(was, is) && was.persona === is.persona)),
  );
  const byWordsAlone = after.map(
    (is, at) => byWords[at] ?? take(left.findIndex((was) => was.words !== null && haveSameWords(was, is))),
  );
  const byPersona = after.map(
    (is, at) => byWordsAlone[at] ?? take(left.findIndex((was) => was.persona === is.persona)),
  );
  return after.flatMap((is, at) => {
    const was = byPersona[at];
    return was === undefined ? [] : [[was, is] as [Take, Take]];
  });
}

function haveSameWords(one: Take, other: Take): boolean {
  return (
    wordsKeyOf(one.words ?? '') === wordsKeyOf(other.words ?? '') && (one.words === null) === (other.words === null)
  );
}

function describeLabelChange(was: Take, is: Take, name: string): string[] {
  if (was.persona !== is.persona) {
    return [
      is.persona === null
        ? `a take of ${name} is no longer labelled ${was.persona}`
        : `a take of ${name} is now labelled ${is.persona}`,
    ];
  }
  const whose = is.persona === null ? `a take of ${name}` : `the ${is.persona}'s take of ${name}`;
  const score =
    was.score === is.score ? [] : [`${whose}: score was ${was.score ?? 'not stated'}, is ${is.score ?? 'not stated'}`];
  const verdict =
    was.verdict === is.verdict
      ? []
      : [`${whose}: verdict was ${was.verdict ?? 'not stated'}, is ${is.verdict ?? 'not stated'}`];
  if ((was.words === null) === (is.words === null)) return [...score, ...verdict];
  return [...score, ...verdict, `${whose}: words are ${is.words === null ? 'no longer' : 'now'} stated`];
}

function countTakes(count: number, name: string, change: string): string[] {
  return count === 0 ? [] : [`${countOf(count, 'take')} of ${name} ${change}`];
}
