import { MillraceError } from '@millrace/core';
import type { ItemRanges } from '@millrace/core/plugin';
import { type FileMetaData, parquetMetadata } from 'hyparquet';
import { invalid, unsupported } from './parquet-error.ts';
import { thriftExtent } from './thrift-extent.ts';

/** Magic at both ends, and the length of the metadata. */
const FRAME = 12;
/** Mostly the footer is in here, so that one request does. */
const FIRST_READ = 64 * 1024;
/**
 * Bytes of metadata for each struct of it, at least. The densest is a file without rows: 14 bytes of a column's schema are three
 * structs, and 3 bytes of its order are two.
 */
const BYTES_A_STRUCT = 3;

export interface Footer {
  readonly metadata: FileMetaData;
  /** Where the footer begins: no page lies behind it. */
  readonly start: number;
}

/** Reads what stands at the end of the file: schema, row groups, and where their columns are. */
export async function readFooter(content: ItemRanges, maxBytes: number): Promise<Footer> {
  const { size } = content;
  if (size < FRAME) throw invalid(`It has ${size} bytes; no Parquet file is so short`);
  const tail = await content.read(Math.max(0, size - FIRST_READ), Math.min(size, FIRST_READ));
  const magic = Buffer.from(tail.subarray(-4)).toString('latin1');
  if (magic === 'PARE') throw unsupported('Its footer is encrypted');
  if (magic !== 'PAR1') throw invalid('It does not end like a Parquet file');
  const length = new DataView(tail.buffer, tail.byteOffset).getUint32(tail.length - 8, true);
  if (length > size - FRAME) throw invalid('Its footer is longer than the file');
  if (length > maxBytes) {
    const message = `Its footer has ${length} bytes, more than maxFooterBytes, ${maxBytes}. Raise it, or have fewer row groups.`;
    throw new MillraceError('PARQUET_TOO_LARGE', message, { details: { length, limit: maxBytes } });
  }
  const start = size - length - 8;
  const missing = length + 8 - tail.length;
  const footer =
    missing > 0 ? Buffer.concat([await content.read(start, missing), tail]) : tail.subarray(tail.length - length - 8);
  const end = thriftExtent(footer.subarray(0, length), 0, Math.ceil(length / BYTES_A_STRUCT));
  if (end === undefined) throw invalid('Its footer breaks off');
  return { metadata: parquetMetadata(footer, { geoparquet: false }), start };
}
