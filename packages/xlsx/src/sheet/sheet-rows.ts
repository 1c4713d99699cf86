import type { ParserContext, Rejected } from '@millrace/core/plugin';
import { excerpt, RecordProblem, tooLong } from '@millrace/framing';
import { TextItem } from '../book/text-item.ts';
import { invalid } from '../xlsx-error.ts';
import type { XlsxSettings } from '../xlsx-settings.ts';
import type { XmlAttributes } from '../xml/xml-attributes.ts';
import type { XmlEvents } from '../xml/xml-scanner.ts';
import { columnName, columnOf, MAX_COLUMNS } from './cell-name.ts';
import { cellProblem } from './cell-problem.ts';
import { cellValue, type ValueSettings } from './cell-value.ts';
import { typedValue } from './column-types.ts';
import { atCell, headerColumns, headerInvalid, type RowCells, SheetColumns } from './sheet-columns.ts';
import { type CellTables, type StoredCell, storedCell } from './stored-cell.ts';

export type XlsxRecord = Readonly<Record<string, unknown>>;

/** Rows that are ready, with their numbers in the sheet. */
export interface ReadyRows {
  readonly records: readonly (XlsxRecord | Rejected)[];
  readonly lines: readonly number[];
}

/** Namespaces of transitional and of strict files; that of a sheet must be one of them. */
const NAMESPACES: ReadonlySet<string> = new Set([
  'http://schemas.openxmlformats.org/spreadsheetml/2006/main',
  'http://purl.oclc.org/ooxml/spreadsheetml/main',
]);
const [ROOT, DATA, ROW, CELL, PART] = [1, 2, 3, 4, 5];

/** Makes records of the XML of one sheet. */
export class SheetRows implements XmlEvents {
  readonly #settings: XlsxSettings;
  readonly #tables: CellTables;
  readonly #values: ValueSettings;
  readonly #context: Pick<ParserContext, 'reject' | 'count'>;
  readonly #item: TextItem;
  listens = false;
  #columns: SheetColumns | undefined;
  #ready: { readonly records: (XlsxRecord | Rejected)[]; readonly lines: number[] } = { records: [], lines: [] };

  #depth = 0;
  #prefix = '';
  /** The depth of the innermost element that counts: the data, a row, a cell, or its part. */
  #within = 0;
  #row = 0;
  #cells: { readonly columns: number[]; readonly values: unknown[] } = { columns: [], values: [] };
  #problem: RecordProblem | undefined;
  /** Columns of the row, once its cells are out of order. */
  #seen: Set<number> | undefined;
  /** Characters of the row's cells. */
  #chars = 0;

  #column = -1;
  #type: string | undefined;
  #style: string | undefined;
  #isItem = false;
  #isFormula = false;
  #text = '';

  constructor(
    settings: XlsxSettings,
    tables: CellTables & { readonly is1904: boolean },
    context: Pick<ParserContext, 'reject' | 'count'>,
  ) {
    const { numbers, errorCells, columns, maxRecordChars } = settings;
    this.#settings = settings;
    this.#tables = tables;
    this.#values = { is1904: tables.is1904, numbers, errorCells };
    this.#context = context;
    this.#item = new TextItem(maxRecordChars);
    if (columns !== undefined) this.#columns = new SheetColumns(columns, settings);
  }

  /** The rows that have ended since it was last called. */
  take(): ReadyRows | undefined {
    const ready = this.#ready;
    if (ready.lines.length === 0) return undefined;
    this.#ready = { records: [], lines: [] };
    return ready;
  }

  readonly open = (name: string, attributes: XmlAttributes): void => {
    this.#depth += 1;
    const depth = this.#depth;
    if (this.#within !== depth - 1) return;
    if (depth === CELL) {
      if (name === `${this.#prefix}c`) this.#beginCell(attributes);
    } else if (depth >= PART) {
      this.#beginPart(name, depth);
    } else if (depth === ROW) {
      if (name === `${this.#prefix}row`) this.#beginRow(attributes);
    } else if (depth === DATA) {
      if (name === `${this.#prefix}sheetData`) this.#within = DATA;
    } else {
      this.#beginSheet(name, attributes);
    }
  };

  readonly text = (some: string): void => {
    this.#chars += some.length;
    if (this.#chars > this.#settings.maxRecordChars) return;
    if (this.#isItem) this.#item.text(some);
    else this.#text += some;
  };

  readonly close = (): void => {
    const depth = this.#depth;
    this.#depth -= 1;
    if (this.#within !== depth) return;
    this.#within = depth - 1;
    if (depth === CELL) this.#endCell();
    else if (depth === ROW) this.#endRow();
    else if (depth === PART) this.#endPart();
    else if (depth > PART) this.#endInner();
  };

  #beginSheet(name: string, attributes: XmlAttributes): void {
    const colon = name.indexOf(':');
    this.#prefix = name.slice(0, colon + 1);
    const namespace = attributes.get(colon === -1 ? 'xmlns' : `xmlns:${name.slice(0, colon)}`);
    if (name !== `${this.#prefix}worksheet` || namespace === undefined || !NAMESPACES.has(namespace))
      throw invalid('The part of a sheet is not a worksheet');
    this.#within = ROOT;
  }

  #beginRow(attributes: XmlAttributes): void {
    const reference = attributes.get('r');
    const row = reference === undefined ? this.#row + 1 : Number(reference);
    if (!Number.isSafeInteger(row) || row <= this.#row)
      throw invalid(`After row ${this.#row} comes a row whose number is not a higher one`);
    this.#row = row;
    this.#column = -1;
    this.#seen = undefined;
    if (row > this.#settings.skipRows) this.#within = ROW;
  }

  #beginCell(attributes: XmlAttributes): void {
    const reference = attributes.get('r');
    const column = reference === undefined ? this.#column + 1 : columnOf(reference, this.#row);
    if (column >= MAX_COLUMNS) throw invalid(`Row ${this.#row} has more than ${MAX_COLUMNS} columns`);
    if (column <= this.#column || this.#seen !== undefined) this.#checkRepeated(column);
    this.#column = column;
    this.#type = attributes.get('t');
    this.#style = attributes.get('s');
    this.#isItem = false;
    this.#isFormula = false;
    this.#text = '';
    this.#within = CELL;
  }

  /** Cells may come in any order, but each once. */
  #checkRepeated(column: number): void {
    this.#seen ??= new Set(this.#cells.columns);
    if (this.#seen.has(column)) this.#problem ??= atCell(cellProblem('comes twice in its row'), column, this.#row);
    this.#seen.add(column);
  }

  #beginPart(name: string, depth: number): void {
    if (depth > PART) {
      if (!this.#isItem) throw invalid(`The value of a cell of row ${this.#row} has elements in it`);
      this.#item.open(name);
      this.listens = this.#item.listens;
      this.#within = depth;
    } else if (name === `${this.#prefix}v`) {
      this.listens = !this.#isItem;
      // Empty, it is the empty text that a formula gave.
      this.#isFormula = false;
      this.#within = PART;
    } else if (name === `${this.#prefix}f`) {
      this.#isFormula = true;
    } else if (name === `${this.#prefix}is` && this.#type === 'inlineStr') {
      this.#isItem = true;
      this.#item.take();
      this.#within = PART;
    }
  }

  #endInner(): void {
    this.#item.close();
    this.listens = false;
  }

  #endPart(): void {
    this.listens = false;
    if (this.#isItem) this.#text = this.#item.take();
  }

  #endCell(): void {
    const stored =
      this.#isItem && this.#text === ''
        ? ({ is: 'text', text: '' } as const)
        : storedCell(this.#text, { type: this.#type, style: this.#style }, this.#tables);
    if (stored === undefined) {
      if (this.#isFormula) this.#context.count('formulasWithoutValue');
      return;
    }
    const column = this.#column;
    let value = stored instanceof RecordProblem ? stored : this.#valueOf(stored, column);
    if (value instanceof RecordProblem) {
      this.#problem ??= atCell(value, column, this.#row);
      value = this.#text;
    }
    // Shared strings count in each row that has them.
    if (this.#type === 's' && typeof value === 'string') this.#chars += value.length;
    this.#cells.columns.push(column);
    this.#cells.values.push(value);
  }

  #valueOf(stored: StoredCell, column: number): unknown {
    const typed = this.#columns?.typed(column);
    return typed === undefined
      ? cellValue(stored, this.#values)
      : typedValue(stored, typed.name, typed.type, this.#values);
  }

  #endRow(): void {
    const [row, cells, problem, chars] = [this.#row, this.#cells, this.#problem, this.#chars];
    this.#chars = 0;
    if (cells.columns.length === 0 && problem === undefined && chars === 0) return;
    this.#cells = { columns: [], values: [] };
    this.#problem = undefined;
    const { maxRecordChars } = this.#settings;
    if (this.#columns === undefined) {
      if (chars > maxRecordChars) throw headerInvalid(`it has more than ${maxRecordChars} characters`, row);
      if (problem !== undefined) throw headerInvalid(problem.what, row);
      this.#columns = headerColumns(cells, this.#settings, row);
      return;
    }
    this.#ready.lines.push(row);
    if (chars > maxRecordChars) {
      const raw = excerpt(rowText(cells), maxRecordChars);
      this.#ready.records.push(this.#context.reject(tooLong(raw, chars, row, maxRecordChars)));
      return;
    }
    const record = problem ?? this.#columns.record(cells, row);
    this.#ready.records.push(record instanceof RecordProblem ? this.#rejected(record, row, cells) : record);
  }

  #rejected({ code, what, details, cause }: RecordProblem, line: number, cells: RowCells): Rejected {
    return this.#context.reject({ code, message: `${what}.`, details, cause, line, raw: rowText(cells) });
  }
}

/** A row as JSON, for people: what its cells have by their columns' letters. A workbook has no text of a row. */
function rowText({
  columns,
  values,
}: {
  readonly columns: readonly number[];
  readonly values: readonly unknown[];
}): string {
  const cells = columns.map((column, index) => [columnName(column), values[index]] as const);
  return JSON.stringify(Object.fromEntries(cells), (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}
