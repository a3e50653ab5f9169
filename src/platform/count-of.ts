/** A count with its noun, in the plural unless it is one: `1 minute`, `2 minutes`, `0 replies` with the plural given. */
export function countOf(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
