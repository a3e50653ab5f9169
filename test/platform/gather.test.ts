import { expect, test } from 'vitest';
import { createGatherer } from '../../src/platform/queue/gather.ts';

/** A piece of work that is ended by hand, round by round. */
function createRounds() {
  const rounds: { items: number[]; end: () => void; fail: (error: Error) => void }[] = [];
  const gather = createGatherer(
    (items: number[]) => new Promise<void>((end, fail) => rounds.push({ items: [...items], end, fail })),
  );
  const begun = async (count: number) => {
    while (rounds.length < count) await Promise.resolve();
  };
  return { rounds, gather, begun };
}

test('what comes while one round runs goes together with the next', async () => {
  const { rounds, gather, begun } = createRounds();
  const first = gather([1]);
  await begun(1);
  const others = [gather([2]), gather([3, 4]), gather([5])];
  rounds[0]?.end();
  await first;
  await begun(2);
  rounds[1]?.end();
  await Promise.all(others);
  expect(rounds.map(({ items }) => items)).toEqual([[1], [2, 3, 4, 5]]);
});

test('a round that fails is told to its own callers alone, and the next one runs', async () => {
  const { rounds, gather, begun } = createRounds();
  const first = gather([1]);
  await begun(1);
  const second = gather([2]);
  rounds[0]?.fail(new Error('away'));
  await expect(first).rejects.toThrow('away');
  await begun(2);
  rounds[1]?.end();
  await expect(second).resolves.toBeUndefined();
});
