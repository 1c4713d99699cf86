/** Names that the project's code uses for the feed. */
export interface ProjectNames {
  /** `orders`, `price-list`. */
  readonly feed: string;
  /** `priceList`. */
  readonly variable: string;
  /** `PriceList`, the name of the record's type and schema. */
  readonly type: string;
}

const RESERVED: ReadonlySet<string> = new Set([
  'await',
  'break',
  'case',
  'catch',
  'class',
  'const',
  'continue',
  'default',
  'delete',
  'do',
  'else',
  'enum',
  'export',
  'extends',
  'false',
  'finally',
  'for',
  'function',
  'if',
  'import',
  'in',
  'new',
  'null',
  'return',
  'static',
  'super',
  'switch',
  'this',
  'throw',
  'true',
  'try',
  'typeof',
  'var',
  'void',
  'while',
  'with',
  'yield',
  'let',
  'source',
  'feed',
  'map',
  'filter',
  'config',
]);

/** Makes names of a file's name, without its suffixes, dates and numbers. */
export function projectNames(file: string, given: string | undefined): ProjectNames {
  const stem = file
    .split('/')
    .at(-1)!
    .replace(
      /\.(?:csv|tsv|txt|json|jsonl|ndjson|geojson|xml|dat|log|tab|parquet|xlsx|gz|zst|bz2|br|zz|zip|tgz|tar)(?:\..*)?$/i,
      '',
    )
    .replaceAll(/\d{4}[-_.]?\d{2}[-_.]?\d{2}/g, '');
  const words = (given ?? stem)
    .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const usable = words.length === 0 || /^\d/.test(words[0]!) ? ['records', ...words] : words;
  const feed = usable.join('-').slice(0, 60);
  const type = usable.map((word) => `${word[0]!.toUpperCase()}${word.slice(1)}`).join('');
  const plain = `${type[0]!.toLowerCase()}${type.slice(1)}`;
  return { feed, type: `${type}Record`, variable: RESERVED.has(plain) ? `${plain}Feed` : plain };
}
