/** What a file is, for the choice of its oracles. */
export type Kind = 'parquet' | 'csv' | 'zip' | 'tar' | 'gzip' | 'bzip2' | 'zlib' | 'text' | 'json' | 'xml' | 'xlsx';

const BY_NAME: readonly (readonly [RegExp, readonly Kind[]])[] = [
  [/\.(parquet|parq|pq)$/i, ['parquet']],
  [/\.(csv|tsv|psv)$/i, ['csv']],
  [/\.(xlsx|xlsm|xltx|xltm)$/i, ['xlsx', 'zip']],
  [/\.(zip|jar|whl|nupkg|war|ear|apk|epub|docx|pptx|ods|odt)$/i, ['zip']],
  [/\.(tgz|tar\.gz)$/i, ['tar', 'gzip']],
  [/\.(tbz2?|tar\.bz2)$/i, ['tar', 'bzip2']],
  [/\.tar$/i, ['tar']],
  [/\.gz$/i, ['gzip']],
  [/\.bz2$/i, ['bzip2']],
  [/\.(zz|zlib)$/i, ['zlib']],
  [/\.(xml|svg|xsd|xsl|xslt|rss|atom|kml|gpx|wsdl|rdf|xhtml|plist|pom|xliff|gml)$/i, ['xml']],
  [/\.(ndjson|jsonl)$/i, ['json']],
  [/\.txt$/i, ['text']],
];

const BY_BYTES: readonly (readonly [number, string, readonly Kind[]])[] = [
  [0, 'PAR1', ['parquet']],
  [0, 'PK\x03\x04', ['zip']],
  [0, '\x1f\x8b\x08', ['gzip']],
  [0, 'BZh', ['bzip2']],
  [257, 'ustar', ['tar']],
];

/** Returns what a file is by its name, or by its first bytes if the name does not tell; several if several readers apply. */
export function kindsOf(path: string, head: Buffer): readonly Kind[] {
  const named = BY_NAME.find(([pattern]) => pattern.test(path));
  if (named !== undefined) return named[1];
  const text = head.toString('latin1');
  return BY_BYTES.find(([at, mark]) => text.startsWith(mark, at))?.[2] ?? [];
}
