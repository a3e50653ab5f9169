/** The middle one; of an even number the upper of the two. */
export function medianOf(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}

/** `1,234`, or with decimals `0.123`. */
export function format(number: number, digits = 0): string {
  if (Number.isNaN(number)) return 'n/a';
  return number.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Median with the range of the runs: `1,234 (1,200-1,300)`. */
export function spread(numbers: readonly number[], digits = 0): string {
  if (numbers.length < 2) return format(medianOf(numbers), digits);
  const range = [Math.min(...numbers), Math.max(...numbers)].map((number) => format(number, digits));
  return `${format(medianOf(numbers), digits)} (${range.join('-')})`;
}

/** Rows of equal columns, the first to the left, the others to the right. */
export function table(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  return lines.join('\n');
}

/** Results, on stdout. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What goes on meanwhile, on stderr: one line that is written over on a terminal. */
export function tell(text: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\u001B[K${text}` : `${text}\n`);
}

/** Ends the line that was written over. */
export function endTelling(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001B[K');
}
