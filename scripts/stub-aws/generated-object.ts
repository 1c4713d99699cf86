import { createHash } from 'node:crypto';
import { constants, crc32, deflateRawSync } from 'node:zlib';

/** Text of one segment; a larger object repeats it. Large beside deflate's window of 32 KB, so repeats do not compress better. */
const SEGMENT_BYTES = 4_000_000;

/** A gzipped NDJSON object of any size, that is never whole in memory. */
export interface GeneratedObject {
  /** Length of the gzip file, in bytes. */
  readonly size: number;
  readonly decodedBytes: number;
  readonly records: number;
  readonly etag: string;
  /** The content from an offset, in pieces. */
  readonly content: (offset: number) => Generator<Uint8Array, void>;
}

interface Segment {
  readonly text: Buffer;
  readonly records: number;
  readonly deflated: Buffer;
}

let fullSegment: Segment | undefined;

/** An object whose text has at least `bytes`: one gzip member, with the right CRC32 and length at its end. */
export function generatedObject(bytes: number): GeneratedObject {
  const small = bytes < SEGMENT_BYTES;
  const { text, records, deflated } = small ? makeSegment(bytes) : (fullSegment ??= makeSegment(SEGMENT_BYTES));
  const repeats = Math.ceil(bytes / text.length);
  let crc = 0;
  for (let count = 0; count < repeats; count += 1) crc = crc32(text, crc);
  const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
  const tail = Buffer.alloc(10);
  tail.writeUInt16LE(0x0003, 0); // an empty last block
  tail.writeUInt32LE(crc, 2);
  tail.writeUInt32LE((text.length * repeats) % 2 ** 32, 6);

  return {
    size: head.length + deflated.length * repeats + tail.length,
    decodedBytes: text.length * repeats,
    records: records * repeats,
    etag: `"${createHash('md5').update(`${crc}-${repeats}`).digest('hex')}"`,
    *content(offset) {
      let at = 0;
      for (let index = -1; index <= repeats; index += 1) {
        const piece = index === -1 ? head : index === repeats ? tail : deflated;
        if (at + piece.length > offset) yield piece.subarray(Math.max(0, offset - at));
        at += piece.length;
      }
    },
  };
}

/** Records of about 300 bytes, a third of them not ASCII, as a price feed would send them. */
function makeSegment(least: number): Segment {
  const lines: string[] = [];
  let bytes = 0;
  // A linear congruential generator: the same object on every machine.
  let state = 42;
  const random = (below: number): number => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
  const titles = ['Half-Life 2', 'Portal', 'Ведьмак 3', '原神', 'Disco Elysium', 'Pokémon Élite'];
  while (bytes < least) {
    const number = lines.length;
    const line = `${JSON.stringify({
      id: `app-${100_000 + random(900_000)}`,
      title: titles[random(titles.length)],
      seller: `seller-${random(5000)}.example.com`,
      price: random(100_000) / 100,
      currency: ['EUR', 'USD', 'JPY'][random(3)],
      stock: random(1000),
      available: random(2) === 0,
      discount: random(4) === 0 ? null : random(90),
      rating: { stars: random(50) / 10, votes: random(1_000_000) },
      seen: new Date(1_700_000_000_000 + number * 1000).toISOString(),
      agent: `feed-exporter/${random(9)}.${random(20)}.${random(100)} (batch ${random(2 ** 31)})`,
    })}\n`;
    lines.push(line);
    bytes += Buffer.byteLength(line);
  }
  const text = Buffer.from(lines.join(''));
  // A full flush ends on a byte and forgets the window, so the deflated segment may stand any number of times.
  return { text, records: lines.length, deflated: deflateRawSync(text, { finishFlush: constants.Z_FULL_FLUSH }) };
}
