/** One physical line of a text file. */
export interface TextLine {
  /** 1 for the first. */
  number: number;
  /** Without its line break. Empty when the line is too long. */
  text: string;
  isTooLong: boolean;
}

/**
 * The lines of a UTF-8 stream, ended by CRLF, LF or CR, mixed as they come; a byte-order mark is dropped, bytes that are no
 * UTF-8 become U+FFFD. Memory stays at one chunk and one line of `lengthLimit` characters, whatever the file holds.
 */
export async function* readTextLines(source: AsyncIterable<Uint8Array>, lengthLimit: number): AsyncGenerator<TextLine> {
  const decoder = new TextDecoder();
  let number = 0;
  let rest = '';
  let isTooLong = false;
  const endLine = (text: string): TextLine => {
    const tooLong = isTooLong || text.length > lengthLimit;
    isTooLong = false;
    number += 1;
    return { number, text: tooLong ? '' : text, isTooLong: tooLong };
  };
  for await (const chunk of source) {
    const text = rest + decoder.decode(chunk, { stream: true });
    let from = 0;
    // A CR at the end of a chunk waits: its LF may be the first character of the next one.
    for (const match of text.matchAll(/\r\n|\n|\r(?!$)/g)) {
      yield endLine(text.slice(from, match.index));
      from = match.index + match[0].length;
    }
    rest = text.slice(from);
    if (rest.length > lengthLimit + 1) {
      isTooLong = true;
      rest = rest.endsWith('\r') ? '\r' : '';
    }
  }
  rest += decoder.decode();
  if (rest !== '' || isTooLong) yield endLine(rest.replace(/\r$/, ''));
}
