import type { RangeParser } from '@millrace/core';
import { parseParquet } from '@millrace/parquet';
import type { FileMetaData, SchemaTree } from 'hyparquet';
import type { ColumnFinding, ColumnKind, Finding } from '../finding.ts';
import { guess } from '../guess.ts';
import type { Content } from '../content/inspect-content.ts';
import { firstRecords } from './first-records.ts';

const FIRST_READ = 64 * 1024;
const MOST_FOOTER = 768 * 1024;

/** Reads the footer of a Parquet file, and its first rows if they are within the budget. */
export async function inspectParquet(content: Content, signal: AbortSignal): Promise<Partial<Finding>> {
  const metadata = await readMetadata(content);
  if (metadata === undefined) {
    const message = 'Its footer cannot be read within the bytes that are read of a sample.';
    return { oddities: [{ code: 'parquet-footer', message }] };
  }
  const { parquetSchema } = await hyparquet();
  const columns = parquetSchema(metadata).children.map((child) => columnOf(child));
  const parser: RangeParser<unknown> = parseParquet({ readBytes: 64 * 1024 });
  const { records, problem } = await firstRecords(parser, content, signal);
  return {
    columns,
    recordsSeen: records.length,
    recordsTotal: Number(metadata.num_rows),
    first: records as readonly Readonly<Record<string, unknown>>[],
    oddities: problem === undefined ? [] : [problem],
  };
}

async function readMetadata(content: Content): Promise<FileMetaData | undefined> {
  const size = content.size ?? 0;
  if (size < 12) return undefined;
  const tail = await content.at(Math.max(0, size - FIRST_READ), Math.min(size, FIRST_READ));
  if (tail === undefined || Buffer.from(tail.subarray(-4)).toString('latin1') !== 'PAR1') return undefined;
  const length = new DataView(tail.buffer, tail.byteOffset, tail.length).getUint32(tail.length - 8, true);
  if (length > Math.min(MOST_FOOTER, size - 12)) return undefined;
  const missing = length + 8 - tail.length;
  const before = missing > 0 ? await content.at(size - length - 8, missing) : new Uint8Array(0);
  if (before === undefined) return undefined;
  const footer = Buffer.concat([before, tail]).subarray(-length - 8);
  const { parquetMetadata } = await hyparquet();
  return parquetMetadata(new Uint8Array(footer).buffer, { geoparquet: false });
}

/** It is ESM only, which a CommonJS build can load by `import()` alone. */
function hyparquet(): Promise<typeof import('hyparquet')> {
  return import('hyparquet');
}

function columnOf({ element, children }: SchemaTree): ColumnFinding {
  const kind = children.length > 0 ? nestedKind(element.converted_type) : kindOf(element);
  const type = element.repetition_type === 'REPEATED' ? 'array' : kind;
  return {
    name: element.name,
    type: guess(type, 1),
    nullable: element.repetition_type !== 'REQUIRED',
    empty: 0,
    nulls: [],
    unique: false,
  };
}

function nestedKind(converted: string | undefined): ColumnKind {
  return converted === 'LIST' ? 'array' : 'object';
}

function kindOf({ type, converted_type: converted, logical_type: logical }: SchemaTree['element']): ColumnKind {
  const name = logical?.type ?? converted;
  switch (name) {
    case 'STRING':
    case 'UTF8':
    case 'ENUM':
    case 'JSON':
    case 'UUID':
      return 'text';
    case 'DATE':
      return 'date';
    case 'TIME':
    case 'TIME_MILLIS':
    case 'TIME_MICROS':
      return 'time';
    case 'TIMESTAMP':
    case 'TIMESTAMP_MILLIS':
    case 'TIMESTAMP_MICROS':
      return 'timestamp';
    case 'DECIMAL':
    case 'FLOAT16':
      return 'decimal';
    default:
      return plainKind(type);
  }
}

function plainKind(type: string | undefined): ColumnKind {
  if (type === 'BOOLEAN') return 'boolean';
  if (type === 'INT32' || type === 'INT64') return 'integer';
  if (type === 'INT96') return 'timestamp';
  return type === 'FLOAT' || type === 'DOUBLE' ? 'decimal' : 'bytes';
}
