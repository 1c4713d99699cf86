import { constants, createDeflateRaw, type DeflateRaw } from 'node:zlib';
import { placeNames, type Origin } from './landed-item.ts';

/** A value as DynamoDB's low-level API takes it. */
type Attribute = Readonly<Record<string, unknown>>;

/** Compressors, which are used again. */
const idle: DeflateRaw[] = [];

/**
 * Makes the packs of one object, with the same result as `dynamodbSink` with `pack`, and without any check: records are
 * objects that all have the same attributes, in the same order, and no text of theirs ends rows of its own.
 */
export function packMaker(
  origin: Origin,
  length: number,
): (records: readonly object[], first: number) => Promise<Attribute> {
  const { space, nameOf } = placeNames(origin);
  const { uri, lastModified, feed } = origin;
  return async (records, first) => {
    const columns = JSON.stringify(Object.keys(records[0]!));
    const rows = JSON.stringify(records.map((record) => Object.values(record) as unknown));
    const text = Buffer.from(`${columns}\n${rows.slice(1, -1).replaceAll('],[', ']\n[')}`);
    const compressed = await deflated(text);
    return {
      uuid: { S: nameOf(`${first}+${length}`) },
      upload_date: { S: lastModified },
      feed: { S: feed },
      source: { S: uri },
      first_ordinal: { N: String(first) },
      last_ordinal: { N: String(first + records.length - 1) },
      count: { N: String(records.length) },
      pack: { N: '1' },
      encoding: { S: 'deflate-raw' },
      space: { S: space },
      records: { B: compressed.toString('base64') },
    };
  };
}

function deflated(text: Buffer): Promise<Buffer> {
  const stream = idle.pop() ?? createDeflateRaw({ level: 6, flush: constants.Z_FINISH, chunkSize: 64 * 1024 });
  return new Promise((resolve, reject) => {
    stream.once('error', reject);
    stream.write(text, () => {
      const compressed = stream.read() as Buffer;
      stream.off('error', reject);
      stream.reset();
      idle.push(stream);
      resolve(compressed);
    });
  });
}
