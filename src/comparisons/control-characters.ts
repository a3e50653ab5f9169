/** Control characters other than those that part words and lines; they mean nothing on a page and come from damage. */
export const controlCharacters = /[^\P{Cc}\t\n\f\r\v]/gu;

/** What a person is told of the control characters that a text loses; none when it has none. */
export function warnOfControls(text: string): string[] {
  const places = [...text.matchAll(controlCharacters)].map(({ index }) => index);
  const [first] = places;
  if (first === undefined) return [];
  const line = text.slice(0, first).split(/\r\n|\r|\n/).length;
  const count = places.length === 1 ? 'a control character was' : `${places.length} control characters were`;
  return [
    `${count} left out, ${places.length === 1 ? '' : 'the first '}on line ${line}: see whether the text is whole`,
  ];
}

/** The same for a JSON value, whose texts have no lines. */
export function warnOfControlsInValue(value: unknown): string[] {
  return warnOfControls(
    textsOf(value)
      .join(' ')
      .replaceAll(/[\r\n]/g, ' '),
  ).map((sentence) => sentence.replace(/, (?:the first )?on line 1:/, ':'));
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
