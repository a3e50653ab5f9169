import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Resolver } from 'node:dns/promises';

/** Text records by name; a name that is not there does not exist, `null` is never answered. */
export type TextRecords = Record<string, string[] | null>;

/** A name server on loopback with a resolver that asks it alone. Source: RFC 1035, section 4.1. */
export async function startDnsServer(records: TextRecords): Promise<{ resolver: Resolver; close: () => void }> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const answer = answerTo(query, records);
    if (answer !== undefined) socket.send(answer, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const resolver = new Resolver({ timeout: 200, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return { resolver, close: () => void socket.close() };
}

function answerTo(query: Buffer, records: TextRecords): Buffer | undefined {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('ascii', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const texts = records[labels.join('.').toLowerCase()];
  if (texts === null) return undefined;
  const question = query.subarray(12, at + 5);
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(texts === undefined ? 0x8183 : 0x8180, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(texts?.length ?? 0, 6);
  return Buffer.concat([header, question, ...(texts ?? []).map(toAnswer)]);
}

const partLimit = 255;

/** A TXT answer to the question's name, the text in parts of at most 255 bytes. */
function toAnswer(text: string): Buffer {
  const bytes = Buffer.from(text);
  const parts: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += partLimit) {
    const part = bytes.subarray(start, start + partLimit);
    parts.push(Buffer.from([part.length]), part);
  }
  const content = Buffer.concat(parts);
  const fixed = Buffer.from([0xc0, 0x0c, 0, 16, 0, 1, 0, 0, 0, 0, 0, 0]);
  fixed.writeUInt16BE(content.length, 10);
  return Buffer.concat([fixed, content]);
}
