import { MillraceError } from '@millrace/core';
import { RecordProblem } from '@millrace/framing';
import type { XlsxSettings } from '../xlsx-settings.ts';
import { cellName, columnName } from './cell-name.ts';
import { emptyValue, type XlsxColumnType } from './column-types.ts';

/** The cells of a row that hold something: columns from 0, and a value for each. */
export interface RowCells {
  readonly columns: readonly number[];
  readonly values: readonly unknown[];
}

/** Stands for a cell that holds nothing. */
const EMPTY: unique symbol = Symbol('empty');

interface NamedColumn {
  readonly column: number;
  readonly name: string;
  readonly type: XlsxColumnType | undefined;
}

/** The names of a sheet's columns, and the records that its rows are by them. */
export class SheetColumns {
  readonly #named: readonly NamedColumn[];
  readonly #names: ReadonlySet<string>;
  /** Of each column of the sheet, its place among those with a name. */
  readonly #places: (number | undefined)[] = [];
  readonly #unnamed: XlsxSettings['unnamedColumns'];
  readonly #hasProto: boolean;
  /** The values of the row at hand, by place. */
  readonly #values: unknown[];

  /** @param names by column; without one where it has none */
  constructor(names: readonly (string | undefined)[], { types, unnamedColumns }: XlsxSettings) {
    const typeOf = (name: string): XlsxColumnType | undefined => (Object.hasOwn(types, name) ? types[name] : undefined);
    this.#named = names.flatMap((name, column) => (name === undefined ? [] : [{ column, name, type: typeOf(name) }]));
    this.#named.forEach(({ column }, place) => (this.#places[column] = place));
    this.#names = new Set(this.#named.map(({ name }) => name));
    this.#unnamed = unnamedColumns;
    this.#hasProto = this.#names.has('__proto__');
    this.#values = this.#named.map(() => EMPTY);
  }

  /** The name and type of a column, if it has a type. */
  typed(column: number): { readonly name: string; readonly type: XlsxColumnType } | undefined {
    const place = this.#places[column];
    const named = place === undefined ? undefined : this.#named[place]!;
    return named?.type === undefined ? undefined : (named as { readonly name: string; readonly type: XlsxColumnType });
  }

  /** The record of a row; a problem if a cell has no place in it. */
  record({ columns, values }: RowCells, row: number): Record<string, unknown> | RecordProblem {
    const named = this.#named;
    const byPlace = this.#values.fill(EMPTY);
    const others: [string, unknown][] = [];
    for (let index = 0; index < columns.length; index += 1) {
      const column = columns[index]!;
      const place = this.#places[column];
      if (place !== undefined) byPlace[place] = values[index];
      else if (this.#unnamed === 'reject') return unnamedProblem(column, row);
      else if (this.#unnamed === 'number') others.push([this.#freeName(column), values[index]]);
    }
    const record: Record<string, unknown> = {};
    for (let place = 0; place < named.length; place += 1) {
      const { name, type, column } = named[place]!;
      let value = byPlace[place];
      if (value === EMPTY) {
        value = type === undefined ? null : emptyValue(name, type);
        if (value instanceof RecordProblem) return atCell(value, column, row);
      }
      if (this.#hasProto && name === '__proto__') set(record, name, value);
      else record[name] = value;
    }
    for (const [name, value] of others) set(record, name, value);
    return record;
  }

  #freeName(column: number): string {
    let name = `column_${column + 1}`;
    while (this.#names.has(name)) name += '_';
    return name;
  }
}

/** A problem with its cell in front. */
export function atCell({ code, what, details, cause }: RecordProblem, column: number, row: number): RecordProblem {
  const cell = cellName(column, row);
  return new RecordProblem({ code, what: `Cell ${cell} ${what}`, details: { cell, ...details }, cause });
}

function unnamedProblem(column: number, row: number): RecordProblem {
  const what =
    "has a value, and its column has no name. Ask the sender to name it, or set \"unnamedColumns\" to 'number' or 'cut'";
  return atCell(new RecordProblem({ code: 'XLSX_COLUMN_UNNAMED', what }), column, row);
}

/** Assigning to `__proto__` would set the prototype, or be lost. */
function set(record: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(record, name, { value, enumerable: true, writable: true, configurable: true });
}

/**
 * Makes columns of the cells of a header row.
 *
 * @throws MillraceError `XLSX_HEADER_INVALID`
 */
export function headerColumns({ columns, values }: RowCells, settings: XlsxSettings, row: number): SheetColumns {
  const { duplicateColumns, unnamedColumns, types } = settings;
  const given: (string | undefined)[] = Array.from({ length: Math.max(...columns) + 1 });
  for (const [index, column] of columns.entries()) {
    const value = values[index];
    // A header cell is a text, a number or a boolean, as columns have types only once they have names.
    if (value !== null && value !== '') given[column] = String(value as string | number | boolean);
  }
  const free = freeNames(given);
  const taken = new Map<string, number>();
  const names = given.map((name, column) => {
    if (name === undefined) return unnamedColumns === 'number' ? free('column', column + 1) : undefined;
    const first = taken.get(name);
    if (first === undefined) taken.set(name, column);
    else if (duplicateColumns === 'number') return free(name, 2);
    else throw headerInvalid(`columns ${columnName(first)} and ${columnName(column)} have the same name`, row);
    return name;
  });
  if (taken.size === 0) throw headerInvalid('no cell of it holds a text', row);
  const stranger = Object.keys(types).find((name) => !names.includes(name));
  if (stranger !== undefined)
    throw headerInvalid(`"types" has a column ${JSON.stringify(stranger)}, which is not there`, row);
  return new SheetColumns(names, settings);
}

/** Finds names that no column has: `name_2`, `name_3`, …. It goes on where it has been for the same name. */
function freeNames(given: readonly (string | undefined)[]): (name: string, from: number) => string {
  const taken = new Set(given);
  const next = new Map<string, number>();
  return (name, from) => {
    let number = Math.max(from, next.get(name) ?? from);
    while (taken.has(`${name}_${number}`)) number += 1;
    next.set(name, number + 1);
    taken.add(`${name}_${number}`);
    return `${name}_${number}`;
  };
}

export function headerInvalid(problem: string, row: number): MillraceError {
  return new MillraceError(
    'XLSX_HEADER_INVALID',
    `Row ${row} does not name the columns: ${problem}. Ask the sender to correct it; set "skipRows" if the header is further ` +
      'down, or "columns" if there is none.',
    { details: { line: row } },
  );
}
