import { MillraceError } from '@millrace/core';
import type { ColumnFinding, CsvFinding, Finding } from '../finding.ts';
import { Code, quoted } from './code.ts';
import { numberUnless } from './number-unless.ts';

/** A stage of the feed: a function of a Millrace package, and what it is called with. */
export interface PlannedStage {
  readonly call: StageName;
  readonly module: string;
  readonly arguments: readonly unknown[];
  /** A function of the project that the stage is given to. */
  readonly within?: 'withLineFeeds';
  /** Other names that its arguments take from modules. */
  readonly imports?: readonly (readonly [name: string, module: string])[];
}

export type StageName =
  | 'decompress'
  | 'decodeText'
  | 'parseCsv'
  | 'parseNdjson'
  | 'parseJson'
  | 'parseJsonSeq'
  | 'parseXml'
  | 'parseFixedWidth'
  | 'parseLines'
  | 'parseParquet'
  | 'parseXlsx'
  | 'filter'
  | 'map';

const FORMATS = '@millrace/formats';
const LARGE_DOCUMENT = 16 * 1024 * 1024;

/**
 * Plans the stages that read files like the sample.
 *
 * @throws MillraceError `INIT_UNSUPPORTED` if Millrace does not read such files
 */
export function planStages(finding: Finding): readonly PlannedStage[] {
  const { format } = finding;
  if (['unknown', 'empty', 'html'].includes(format.value)) {
    throw new MillraceError(
      'INIT_UNSUPPORTED',
      `The sample is of the format "${format.value}", which Millrace does not read. Have the data delivered as CSV, JSON, XML, Parquet or .xlsx.`,
      { details: { format: format.value } },
    );
  }
  if (format.value === 'parquet') return [{ call: 'parseParquet', module: '@millrace/parquet', arguments: [] }];
  if (format.value === 'xlsx') return [xlsxStage(finding)];
  return [...decompression(finding), ...decoding(finding), ...parsing(finding)];
}

function decompression({ compression }: Finding): readonly PlannedStage[] {
  if (compression.value === 'none') return [];
  const layers = compression.value.split(' ');
  const extra = layers.filter((layer) => ['bzip2', 'tar', 'zip'].includes(layer));
  const expect = layers.length === 1 ? { expect: compression.value } : {};
  const formats = extra.length === 0 ? {} : { formats: extra.map((name) => new Code(`${name}()`, name)) };
  const imports = extra.map((name) => [name, `@millrace/gzip/${name}`] as const);
  return [{ call: 'decompress', module: '@millrace/gzip', arguments: [{ ...expect, ...formats }], imports }];
}

function decoding({ charset, csv }: Finding): readonly PlannedStage[] {
  const decode: PlannedStage = {
    call: 'decodeText',
    module: '@millrace/encoding',
    arguments: [charset?.value ?? 'utf-8'],
  };
  if (csv?.lineEnd !== '\r') return [decode];
  return [{ ...decode, within: 'withLineFeeds', imports: [['withLineFeeds', './with-line-feeds.ts']] }];
}

function parsing(finding: Finding): readonly PlannedStage[] {
  switch (finding.format.value) {
    case 'csv':
      return [csvStage(finding, finding.csv!)];
    case 'ndjson':
      return [{ call: 'parseNdjson', module: FORMATS, arguments: [] }, ...boxed(finding)];
    case 'json-seq':
      return [{ call: 'parseJsonSeq', module: FORMATS, arguments: [] }, ...boxed(finding)];
    case 'json': {
      const { path, concatenated } = finding.json!;
      const options = {
        path: path.value,
        ...(concatenated && { concatenated }),
        ...(path.value === '' && { maxRecordChars: LARGE_DOCUMENT }),
      };
      return [{ call: 'parseJson', module: FORMATS, arguments: [options] }, ...boxed(finding)];
    }
    case 'xml': {
      const { record, arrays } = finding.xml!;
      const options = { record: record.value, ...(arrays.length > 0 && { arrays: [...arrays] }) };
      return [{ call: 'parseXml', module: '@millrace/xml', arguments: [options] }];
    }
    case 'fixed-width':
      return fixedWidthStages(finding);
    default:
      return [
        { call: 'parseLines', module: FORMATS, arguments: [] },
        {
          call: 'map',
          module: '@millrace/core',
          arguments: [new Code('(line: string) => ({ line })', (line: string) => ({ line }))],
        },
      ];
  }
}

/** Records that are not objects become the one member of an object. */
function boxed({ columns }: Finding): readonly PlannedStage[] {
  if (columns.length > 0) return [];
  const box = new Code('(value: unknown) => ({ value })', (value: unknown) => ({ value }));
  return [{ call: 'map', module: '@millrace/core', arguments: [box] }];
}

function csvStage(finding: Finding, csv: CsvFinding): PlannedStage {
  const { columns, oddities } = finding;
  const names = columns.map(({ name }) => name);
  const has = (code: string): boolean => oddities.some((one) => one.code === code);
  // A header that lacks a name cannot name the columns.
  const isHeaderShort = csv.header.value && has('column-unnamed') && csv.headerWidth < columns.length;
  const named = !csv.header.value || isHeaderShort;
  const skip = csv.skipLines.value + (isHeaderShort ? 1 : 0);
  const types = fieldTypes(columns);
  const options = {
    ...(csv.delimiter.value !== ',' && { delimiter: csv.delimiter.value }),
    ...(csv.quote.value !== '"' && { quote: csv.quote.value === '' ? false : csv.quote.value }),
    ...(csv.escape !== csv.quote.value && csv.quote.value !== '' && { escape: csv.escape }),
    ...(csv.lenientQuotes && csv.quote.value !== '' && { quotes: 'lenient' }),
    ...(csv.comment.value !== '' && { comment: csv.comment.value }),
    ...(csv.padded && { trim: true }),
    ...(skip > 0 && { skipLines: skip }),
    ...(named && { columns: names }),
    ...(has('column-repeated') && !named && { duplicateColumns: 'number' }),
    ...(has('column-unnamed') && !named && { emptyColumns: 'number' }),
    ...(Object.keys(types.types).length > 0 && { types: types.types }),
  };
  return { call: 'parseCsv', module: FORMATS, arguments: [options], imports: types.imports };
}

interface FieldTypes {
  readonly types: Readonly<Record<string, unknown>>;
  readonly imports: readonly (readonly [name: string, module: string])[];
}

function fieldTypes(columns: readonly ColumnFinding[]): FieldTypes {
  const types = Object.fromEntries(
    columns.map((column) => [column.name, fieldType(column)] as const).filter(([, type]) => type !== undefined),
  );
  const isCode = Object.values(types).some((type) => type instanceof Code);
  return { types, imports: isCode ? [['numberUnless', './number-unless.ts']] : [] };
}

/** The type of a field in `parseCsv` and `parseFixedWidth`; `undefined` if it stays a text. */
export function fieldType(column: ColumnFinding): unknown {
  const { type, decimal, thousands, large, nulls, format } = column;
  switch (type.value) {
    case 'integer':
    case 'decimal': {
      const name = type.value === 'integer' ? (large ? 'bigint' : 'integer') : large ? 'decimal' : 'number';
      const isPlain = decimal === undefined && thousands === undefined;
      if (nulls.length > 0) {
        if (!isPlain || large) return undefined;
        return new Code(`numberUnless(${nulls.map(quoted).join(', ')})`, numberUnless(...nulls));
      }
      return isPlain
        ? name
        : { type: name, ...(decimal && { decimal }), ...(thousands !== undefined && { thousands }) };
    }
    case 'boolean':
      return nulls.length > 0 ? undefined : 'boolean';
    case 'date':
    case 'timestamp':
      return nulls.length === 0 && format !== undefined && isReadable(format.value) && !format.runnerUp
        ? { type: 'date', format: format.value }
        : undefined;
    default:
      return undefined;
  }
}

/** Whether `parseCsv` has the parts of a date format. */
function isReadable(format: string): boolean {
  const rest = format
    .replace(/YYYY/, '')
    .replace(/MM?/, '')
    .replace(/DD?/, '')
    .replace(/HH?:mm(:ss(\.SSS)?)?(Z$)?/, '')
    .replace('T', '');
  return /YYYY/.test(format) && /D/.test(format) && !/MMM/.test(format) && !/[A-Za-z]/.test(rest);
}

function fixedWidthStages({ fixedWidth, columns }: Finding): readonly PlannedStage[] {
  const { columns: fixed, header } = fixedWidth!;
  // A header would be refused as a record of its columns' types, so they stay text where there is one.
  const { types, imports } = header.value ? { types: {}, imports: [] } : fieldTypes(columns);
  const options = {
    columns: fixed.map(({ name, start, width }) => ({ name, start, width })),
    ...(Object.keys(types).length > 0 && { types }),
    shortLines: 'fill',
  };
  const parse: PlannedStage = { call: 'parseFixedWidth', module: FORMATS, arguments: [options], imports };
  if (!header.value) return [parse];
  const isRecord = new Code(
    '(_, { ordinal }) => ordinal > 0',
    (_: unknown, { ordinal }: { ordinal: number }) => ordinal > 0,
  );
  return [parse, { call: 'filter', module: '@millrace/core', arguments: [isRecord] }];
}

function xlsxStage({ xlsx }: Finding): PlannedStage {
  const sheets = xlsx!.sheets.length > 0 ? { sheets: xlsx!.sheets.slice(0, 1) } : { sheets: 'first' };
  const options = { ...sheets, duplicateColumns: 'number', unnamedColumns: 'number', errorCells: 'null' };
  return { call: 'parseXlsx', module: '@millrace/xlsx', arguments: [options] };
}
