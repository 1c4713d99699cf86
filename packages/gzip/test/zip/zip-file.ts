import { crc32, deflateRawSync } from 'node:zlib';

/** A file to be put into an archive, with what may be special, or wrong, about it. */
export interface ZipFile {
  readonly name: string | Uint8Array;
  readonly data?: Uint8Array | string;
  readonly method?: number;
  readonly flags?: number;
  /** CRC and sizes behind the data: with or without signature, in 4 or in 8 bytes. */
  readonly descriptor?: 'signed' | 'bare' | 'signed64' | 'bare64';
  /** Sizes in fields of zip64. */
  readonly zip64?: boolean;
  /** Other bytes than what the data compresses to. */
  readonly packed?: Uint8Array;
  /** What the directory says instead. */
  readonly listed?: Partial<Record<'crc' | 'packedSize' | 'size' | 'offset' | 'method', number>> & {
    readonly name?: string;
    readonly leftOut?: boolean;
  };
}

export interface ZipOptions {
  readonly comment?: string;
  /** End of the directory in zip64 form. */
  readonly zip64?: boolean;
  /** How many entries the end says that there are. */
  readonly entries?: number;
  /** What offsets count from: bytes that will be put before the archive. */
  readonly base?: number;
  /** In which order the directory lists the files. */
  readonly reversed?: boolean;
}

export function zipFile(files: readonly ZipFile[], options: ZipOptions = {}): Buffer {
  const parts: Buffer[] = [];
  let listed: Buffer[] = [];
  let offset = options.base ?? 0;
  for (const file of files) {
    const { local, directory } = entry(file, offset);
    parts.push(local);
    if (file.listed?.leftOut !== true) listed.push(directory);
    offset += local.length;
  }
  if (options.reversed === true) listed = listed.toReversed();
  const directory = Buffer.concat(listed);
  const count = options.entries ?? listed.length;
  const { zip64 = false, comment = '' } = options;
  const end64 = Buffer.concat([
    numbers([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, count], [8, count]),
    numbers([8, directory.length], [8, offset]),
    numbers([4, 0x07064b50], [4, 0], [8, offset + directory.length], [4, 1]),
  ]);
  const end = zip64
    ? numbers([4, 0x06054b50], [2, 0], [2, 0], [2, 0xffff], [2, 0xffff], [4, 0xffffffff], [4, 0xffffffff])
    : numbers([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, directory.length], [4, offset]);
  const tail = [numbers([2, comment.length]), Buffer.from(comment)];
  return Buffer.concat([...parts, directory, ...(zip64 ? [end64] : []), end, ...tail]);
}

function entry(file: ZipFile, offset: number): { readonly local: Buffer; readonly directory: Buffer } {
  const { method = 8, descriptor, zip64 = false, listed = {} } = file;
  const data = Buffer.from(file.data ?? '');
  const name = Buffer.from(file.name);
  const packed = Buffer.from(file.packed ?? (method === 8 ? deflateRawSync(data) : data));
  const flags = (file.flags ?? 0) | (descriptor === undefined ? 0 : 8);
  const facts = { crc: crc32(data), packedSize: packed.length, size: data.length };
  const { crc, packedSize, size } = descriptor === undefined ? facts : { crc: 0, packedSize: 0, size: 0 };
  const other = numbers([2, 0x5455], [2, 1], [1, 0]);
  const extra = zip64 ? Buffer.concat([other, numbers([2, 1], [2, 16], [8, size], [8, packedSize])]) : Buffer.alloc(0);
  const wide = descriptor?.endsWith('64') === true ? 8 : 4;
  const local = Buffer.concat([
    numbers([4, 0x04034b50], [2, 20], [2, flags], [2, method], [4, 0], [4, crc]),
    numbers([4, zip64 ? 0xffffffff : packedSize], [4, zip64 ? 0xffffffff : size]),
    numbers([2, name.length], [2, extra.length]),
    name,
    extra,
    packed,
    descriptor === undefined
      ? Buffer.alloc(0)
      : Buffer.concat([
          descriptor.startsWith('signed') ? numbers([4, 0x08074b50]) : Buffer.alloc(0),
          numbers([4, facts.crc], [wide, facts.packedSize], [wide, facts.size]),
        ]),
  ]);
  const said = { ...facts, method, offset, ...listed };
  const saidName = Buffer.from(listed.name ?? name);
  const saidExtra = zip64
    ? numbers([2, 1], [2, 24], [8, said.size], [8, said.packedSize], [8, said.offset])
    : Buffer.alloc(0);
  const all = 0xffffffff;
  const directory = Buffer.concat([
    numbers([4, 0x02014b50], [2, 20], [2, 20], [2, flags], [2, said.method], [4, 0], [4, said.crc]),
    numbers([4, zip64 ? all : said.packedSize], [4, zip64 ? all : said.size], [2, saidName.length]),
    numbers([2, saidExtra.length], [2, 3], [2, 0], [2, 0], [4, 0], [4, zip64 ? all : said.offset]),
    saidName,
    saidExtra,
    Buffer.from('abc'),
  ]);
  return { local, directory };
}

function numbers(...fields: readonly (readonly [bytes: number, value: number])[]): Buffer {
  return Buffer.concat(
    fields.map(([bytes, value]) => {
      const field = Buffer.alloc(bytes);
      if (bytes === 8) field.writeBigUInt64LE(BigInt(value));
      else field.writeUIntLE(value, 0, bytes);
      return field;
    }),
  );
}
