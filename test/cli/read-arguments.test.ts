import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { readWeekday, readWithin } from '../../src/cli/read-arguments.ts';
import { withScheduleOptions } from '../../src/cli/schedule-options.ts';

describe('a day of the week', () => {
  test.each([
    ['tuesday', 'tuesday'],
    ['Tuesday', 'tuesday'],
    ['TUE', 'tuesday'],
    ['tue', 'tuesday'],
    ['Thurs', 'thursday'],
    ['sun', 'sunday'],
  ])('%s is read', (text, day) => {
    expect(readWeekday(text)).toBe(day);
  });

  test.each(['', 't', 'tu', 'someday', 'tuesdays', 'tue ', '2', 'Dienstag'])('%j is refused with the list', (text) => {
    expect(() => readWeekday(text)).toThrow(
      'It must be one of monday, tuesday, wednesday, thursday, friday, saturday, sunday.',
    );
  });
});

describe('a number with limits', () => {
  const read = readWithin([1, 12]);
  test('is read at its limits', () => {
    expect([read('1'), read('12')]).toEqual([1, 12]);
  });
  test.each(['0', '13', '-1', '1.5', 'x', '', '9999999999'])('%j is refused with them', (text) => {
    expect(() => read(text)).toThrow('It must be a whole number from 1 to 12.');
  });
});

test('`schedule set` refuses a number past its limits with the option and the limits', () => {
  const said: string[] = [];
  const set = withScheduleOptions(new Command('set'))
    .exitOverride()
    .configureOutput({ writeErr: (words) => said.push(words) });
  expect(() => set.parse(['--picks', '-1'], { from: 'user' })).toThrow();
  expect(said.join('')).toMatch(
    /'--picks <count>' argument '-1' is invalid\. It must be a whole number from 1 to 12\./,
  );
  expect(set.parse(['--day', 'Tue', '--picks', '12'], { from: 'user' }).opts()).toEqual({ day: 'tuesday', picks: 12 });
});
