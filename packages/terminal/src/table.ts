import { displayWidth, pad, shorten } from './display-width.ts';
import { printable } from './printable.ts';
import { count } from './quantities.ts';
import { paint, type Style } from './style.ts';

/** A cell: text, or a number, which is right-aligned and gets thousands separators. */
export type Cell = string | number | { readonly text: string | number; readonly style: Style };

export interface TableOptions {
  /** Names of the columns. @default no head */
  readonly head?: readonly string[];
  /** Columns of the terminal; a longer table is shortened in its widest column of text. @default 80 */
  readonly width?: number;
  /** Whether to write colors. @default false */
  readonly color?: boolean;
  /** Text before each line. @default two spaces */
  readonly indent?: string;
}

/**
 * Formats rows as aligned columns, without frames. Numbers are aligned at the right. If the table is wider than `width`, the
 * widest column of text is cut in its middle. Control characters become visible escapes.
 *
 * @returns one text for each line
 * @example
 * console.log(table([['prices', 512004], ['stock', 9118]], { head: ['feed', 'records'] }).join('\n'));
 */
export function table(rows: readonly (readonly Cell[])[], options: TableOptions = {}): readonly string[] {
  const { head, width = 80, color = false, indent = '  ' } = options;
  const brush = paint(color);
  const texts = rows.map((row) => row.map((cell) => textOf(cell)));
  const columns = Math.max(head?.length ?? 0, ...rows.map((row) => row.length));
  const all = head === undefined ? texts : [head, ...texts];
  const natural = Array.from({ length: columns }, (_, at) =>
    Math.max(0, ...all.map((row) => displayWidth(row[at] ?? ''))),
  );
  const isFigure = Array.from({ length: columns }, (_, at) => isFigureColumn(rows, at));
  const widths = fit(natural, isFigure, width - displayWidth(indent) - 2 * (columns - 1));
  const line = (row: readonly string[], styleOf: (at: number) => Style | undefined): string => {
    const cells = widths.map((columnWidth, at) => {
      const text = pad(shorten(row[at] ?? '', columnWidth), columnWidth, isFigure[at] ? 'right' : 'left');
      const style = styleOf(at);
      return style === undefined || text.trim() === '' ? text : brush(style, text);
    });
    return `${indent}${cells.join('  ')}`.trimEnd();
  };
  return [
    ...(head === undefined ? [] : [line(head, () => 'faint')]),
    ...texts.map((row, index) => line(row, (at) => styleIn(rows[index]![at]))),
  ];
}

function textOf(cell: Cell): string {
  const text = typeof cell === 'object' ? cell.text : cell;
  return typeof text === 'number' ? count(text) : printable(text);
}

function styleIn(cell: Cell | undefined): Style | undefined {
  return typeof cell === 'object' ? cell.style : undefined;
}

function isFigureColumn(rows: readonly (readonly Cell[])[], at: number): boolean {
  const cells = rows.map((row) => row[at]).filter((cell) => cell !== undefined && cell !== '');
  return cells.length > 0 && cells.every((cell) => typeof (typeof cell === 'object' ? cell.text : cell) === 'number');
}

/** Narrows columns of text, the widest one first, until the table fits or no column can give more. */
function fit(natural: readonly number[], isFigure: readonly boolean[], width: number): readonly number[] {
  const least = 8;
  const widths = [...natural];
  for (let excess = widths.reduce((sum, one) => sum + one, 0) - width; excess > 0; excess -= 1) {
    let widest = -1;
    for (const [at, one] of widths.entries()) {
      if (!isFigure[at] && one > least && (widest < 0 || one > widths[widest]!)) widest = at;
    }
    if (widest < 0) return widths;
    widths[widest]! -= 1;
  }
  return widths;
}
