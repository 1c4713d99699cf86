import { readFileSync } from 'node:fs';

/** What a file is, as `truth.tsv` says: an empty text is what does not matter for it. */
export interface Truth {
  /** `npm:vega-datasets@3.2.1/data/cars.json`; after `!` the path in an archive of the package. */
  readonly file: string;
  readonly package: string;
  readonly path: string;
  readonly compression: string;
  readonly charset: string;
  readonly format: string;
  readonly delimiter: string;
  readonly quote: string;
  readonly header: string;
  readonly skip: string;
  readonly comment: string;
  /** Where the records are; several, with a bar between, where each would do. */
  readonly path_of_records: string;
  /** Kinds of the columns in order; several with a bar between where each would do. `undefined` if they are not judged. */
  readonly columns: readonly string[] | undefined;
}

const DELIMITERS: Readonly<Record<string, string>> = { comma: ',', semicolon: ';', tab: '\t', space: ' ', bar: '|' };

/**
 * Reads the labels. They were made by reading each file whole under its true dialect, by a program of its own, and by DuckDB;
 * what the two did not agree on, and each dialect, header and path, was decided by a person.
 */
export function readTruth(): readonly Truth[] {
  const text = readFileSync(new URL('truth.tsv', import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [file = '', compression = '', charset = '', format = '', delimiter = '', ...others] = line.split('\t');
      const [quote = '', header = '', skip = '', comment = '', path = '', columns = ''] = others;
      const end = packageEnd(file);
      return {
        file,
        package: file.slice(0, end),
        path: file.slice(end + 1),
        compression,
        charset,
        format,
        delimiter: DELIMITERS[delimiter] ?? '',
        quote,
        header,
        skip,
        comment,
        path_of_records: path,
        columns: columns === '?' ? undefined : columns === '' ? [] : columns.split(',').flatMap(repeated),
      };
    });
}

/** A scoped npm name has a slash of its own. */
function packageEnd(file: string): number {
  return file.indexOf('/', file.startsWith('npm:@') ? file.indexOf('/') + 1 : 0);
}

function repeated(kind: string): readonly string[] {
  const [name = '', times = '1'] = kind.split('*');
  return Array.from({ length: Number(times) }, () => name);
}
