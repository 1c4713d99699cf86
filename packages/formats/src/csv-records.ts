import type { ParserContext, Rejected, RejectedRecord } from '@millrace/core/plugin';
import { areKept, type EndedRow, endOfLine, excerpt, type RowMaker, tooLong, withoutReturn } from '@millrace/framing';
import { type CsvRecord, headerColumns, headerInvalid, recordMaker } from './csv-columns.ts';
import { DELIMITERS } from './csv-delimiters.ts';
import { type RowReader, rowReader } from './csv-row-reader.ts';
import type { CsvSettings } from './csv-settings.ts';
import { type ConvertFields, fieldConverter } from './field-types.ts';

/** Rows of an item that are read before it is worthwhile to compile a reader. */
const ROWS_BEFORE_COMPILING = 64;

const CARRIAGE_RETURN = 0x0d;

/** Makes records of an item's rows. The first row names the columns, unless the settings do. */
export class CsvRecords implements RowMaker<CsvRecord> {
  readonly #settings: CsvSettings;
  readonly #delimiter: string;
  readonly #reject: ParserContext['reject'];
  readonly #reportColumns: ParserContext['reportColumns'];
  readonly #convert: ConvertFields | undefined;
  #columns: readonly string[] | undefined;
  #make: ReturnType<typeof recordMaker> | undefined;
  #reader: RowReader | undefined;
  #rowsToCompiling: number;
  /** What goes along with each rejection, once there is one. */
  #content: Readonly<Record<string, unknown>> | undefined;

  /** @param delimiter the one of the settings, or the one that was found in the text */
  constructor(
    settings: CsvSettings,
    delimiter: string,
    { reject, reportColumns }: Pick<ParserContext, 'reject' | 'reportColumns'>,
  ) {
    this.#settings = settings;
    this.#delimiter = delimiter;
    this.#reject = reject;
    this.#reportColumns = reportColumns;
    this.#convert = fieldConverter(settings.types);
    this.#columns = settings.columns;
    this.#make = settings.columns && recordMaker(settings.columns);
    this.#rowsToCompiling = settings.trim ? Infinity : ROWS_BEFORE_COMPILING;
    if (settings.columns !== undefined) reportColumns?.(settings.columns);
  }

  ofPlain(text: string, start: number, feed: number): CsvRecord | undefined {
    const columns = this.#columns;
    if (this.#reader === undefined) {
      const isTime = columns !== undefined && (this.#rowsToCompiling -= 1) === 0;
      if (isTime) this.#reader = rowReader(columns, this.#delimiter);
      return undefined;
    }
    const end = text.charCodeAt(feed - 1) === CARRIAGE_RETURN ? endOfLine(text, start, feed) : feed;
    const record = start === end ? undefined : this.#reader(text, start, end);
    return record !== undefined && this.#convert?.(record) === undefined ? record : undefined;
  }

  ofFields(fields: readonly string[]): CsvRecord | undefined {
    if (this.#make === undefined) return undefined;
    const fitting = this.#fitted(fields);
    if (fitting === undefined) return undefined;
    const record = this.#make(fitting);
    return this.#convert?.(record) === undefined ? record : undefined;
  }

  /** @throws MillraceError `CSV_HEADER_INVALID` */
  ofRow(row: EndedRow): CsvRecord | Rejected | undefined {
    if (this.#columns === undefined) {
      this.#readHeader(row);
      return undefined;
    }
    const { fields, problem, length, line, damaged } = row;
    const reject = this.#reject;
    const { maxRecordChars } = this.#settings;
    if (length > maxRecordChars) return reject(tooLong(excerpt(row.raw, maxRecordChars), length, line, maxRecordChars));
    if (damaged !== undefined) return reject(damaged);
    const raw = withoutReturn(row.raw);
    if (problem !== undefined) {
      const message = `In the row on line ${line} ${problem.what}.`;
      return reject({ ...this.#kept(line, raw), code: problem.code, message });
    }
    return this.ofFields(fields) ?? reject(this.#misfit(fields, raw, line));
  }

  #readHeader({ fields, problem, raw, length, line, damaged }: EndedRow): void {
    if (length > this.#settings.maxRecordChars && raw.includes('\r'))
      throw headerInvalid('it has no line feed, only carriage returns; convert the line ends to LF or CRLF', line);
    if (length > this.#settings.maxRecordChars)
      throw headerInvalid(`it has ${length} characters, more than maxRecordChars`, line);
    if (damaged !== undefined) throw headerInvalid(damaged.message, line);
    if (problem !== undefined) throw headerInvalid(problem.what, line);
    if (fields.length === 1) this.#assertSplit(raw, line);
    this.#columns = headerColumns(fields, this.#settings, line);
    this.#make = recordMaker(this.#columns);
    this.#reportColumns?.(this.#columns);
  }

  /** One column whose name holds the delimiter of most other files is a header that was cut at the wrong one. */
  #assertSplit(raw: string, line: number): void {
    const { quote, delimiter } = this.#settings;
    if (delimiter === undefined || (quote !== '' && raw.includes(quote))) return;
    const other = DELIMITERS.find((candidate) => raw.includes(candidate));
    if (other === undefined) return;
    const advice = `Set "delimiter" to ${JSON.stringify(other)} or 'sniff'; if it is one column, set "columns" and "skipLines"`;
    throw headerInvalid(`it is one column whose name holds ${JSON.stringify(other)}. ${advice}`, line);
  }

  /** Returns as many fields as there are columns, if the settings allow it. */
  #fitted(fields: readonly string[]): readonly string[] | undefined {
    const { shortRows, longRows } = this.#settings;
    const { length } = this.#columns!;
    const missing = length - fields.length;
    if (missing === 0) return fields;
    if (missing < 0) return longRows === 'cut' ? fields.slice(0, length) : undefined;
    return shortRows === 'fill' ? [...fields, ...Array.from({ length: missing }, () => '')] : undefined;
  }

  /** The rejection of a row whose fields make no record. */
  #misfit(fields: readonly string[], raw: string, line: number): RejectedRecord {
    const kept = this.#kept(line, raw);
    const fitting = this.#fitted(fields);
    const wrong = fitting && this.#convert?.(this.#make!(fitting));
    if (wrong !== undefined) {
      const { code, what, cause } = wrong;
      const content = {
        ...(kept.details?.['content'] as object),
        ...(wrong.details?.['content'] as object | undefined),
      };
      const details = { ...wrong.details, content };
      return { ...kept, code, message: `The row on line ${line} ${what}`, details, cause };
    }
    const message = `The row on line ${line} has ${fields.length} fields, and there are ${this.#columns!.length} columns.`;
    return { ...kept, code: 'CSV_FIELD_COUNT', message };
  }

  /**
   * The columns go along, so that a replay can parse the row by itself, unless there are so many that every rejection would be
   * mostly header. They are content: the file's header has them.
   */
  #kept(line: number, raw: string): Pick<RejectedRecord, 'raw' | 'line' | 'details'> {
    const columns = this.#columns!;
    this.#content ??= {
      ...(areKept(columns) ? { columns } : { columnsLeftOut: columns.length }),
      ...(this.#settings.delimiter === undefined && { delimiter: this.#delimiter }),
    };
    return { raw, line, details: { content: this.#content } };
  }
}
