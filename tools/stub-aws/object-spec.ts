export type ObjectFormat = 'ndjson' | 'csv';

/** What a generated object holds. Its key says it all, so that nobody has to upload anything. */
export interface ObjectSpec {
  readonly format: ObjectFormat;
  /** A name that TextDecoder knows. */
  readonly charset: string;
  /** Bytes of one record, about. */
  readonly recordBytes: number;
  readonly size: { readonly records: number } | { readonly bytes: number };
  readonly gzipped: boolean;
}

/** An object whose size is told in records. */
export type SizedSpec = ObjectSpec & { readonly size: { readonly records: number } };

const BENCH_KEY = /^(ndjson|csv)\/([\w-]+)\/(\d+)x(\d+)\/\d+(\.gz)?$/;
const MEMORY_KEY = /^(\d+)\.ndjson\.gz$/;

/**
 * Key of an object by its content, such as `ndjson/utf-8/300x100000/0.gz`: 100,000 records of 300 bytes. `index` tells objects
 * of the same content apart.
 */
export function objectKey(spec: SizedSpec, index: number): string {
  const { format, charset, recordBytes, size, gzipped } = spec;
  return `${format}/${charset}/${recordBytes}x${size.records}/${index}${gzipped ? '.gz' : ''}`;
}

/** What the object with this key holds. `1000000.ndjson.gz` is the short form for a million bytes of text. */
export function objectSpec(key: string): ObjectSpec | undefined {
  const bytes = MEMORY_KEY.exec(key)?.[1];
  if (bytes !== undefined) {
    return { format: 'ndjson', charset: 'utf-8', recordBytes: 300, size: { bytes: Number(bytes) }, gzipped: true };
  }
  const [, format, charset, recordBytes, records, suffix] = BENCH_KEY.exec(key) ?? [];
  if (charset === undefined) return undefined;
  return {
    format: format as ObjectFormat,
    charset,
    recordBytes: Number(recordBytes),
    size: { records: Number(records) },
    gzipped: suffix !== undefined,
  };
}
