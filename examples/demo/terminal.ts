import type { Observer } from '@millrace/core';

/** Receives text: `process.stdout`, or what a test keeps. */
export interface Output {
  readonly isTTY?: boolean;
  readonly write: (text: string) => unknown;
}

type Cell = string | number;

export interface Terminal {
  readonly heading: (text: string) => void;
  readonly line: (text: string) => void;
  /** Prints a table with its columns aligned, numbers to the right. */
  readonly table: (headings: readonly string[], rows: readonly (readonly Cell[])[]) => void;
  readonly progress: Progress;
}

/** Shows, while objects are carried, how many records this step has written. Without a terminal it shows nothing. */
export interface Progress {
  readonly observer: Observer;
  /** Begins a step: counts start at 0. */
  readonly begin: () => void;
  /** Removes the line. */
  readonly end: () => void;
}

/** @param now clock in milliseconds */
export function terminal(output: Output, now: () => number = () => performance.now()): Terminal {
  const line = (text: string): void => void output.write(`${text}\n`);
  return Object.freeze<Terminal>({
    heading: (text) => line(output.isTTY ? `\n\u001B[1m${text}\u001B[0m` : `\n${text}`),
    line: (text) => line(text === '' ? '' : `  ${text}`),
    table: (headings, rows) => {
      for (const row of aligned(headings, rows)) line(`  ${row}`);
    },
    progress: output.isTTY ? progressLine(output, now) : SILENT,
  });
}

/** Formats a count, such as `255,694`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

const SILENT: Progress = Object.freeze<Progress>({ observer: {}, begin: () => {}, end: () => {} });

/** Least time between two states of the line, in milliseconds. */
const REFRESH_MS = 100;

function progressLine(output: Output, now: () => number): Progress {
  /** Records written by each run of an object: one that is carried again in a later step is counted anew there. */
  const written = new Map<string, number>();
  let shownAt = Number.NEGATIVE_INFINITY;
  let finished = 0;
  const show = (): void => {
    if (now() - shownAt < REFRESH_MS) return;
    shownAt = now();
    const total = [...written.values()].reduce((sum, each) => sum + each, 0);
    output.write(
      `\r\u001B[K  ${count(total)} records written; ${finished} objects done, ${written.size - finished} on their way`,
    );
  };
  return Object.freeze<Progress>({
    observer: {
      progress: ({ run, ref, counts }) => {
        written.set(`${run} ${ref}`, counts.written);
        show();
      },
      itemFinished: ({ run, ref, written: total }) => {
        written.set(`${run} ${ref}`, total);
        finished += 1;
        show();
      },
    },
    begin: () => {
      written.clear();
      finished = 0;
      shownAt = Number.NEGATIVE_INFINITY;
    },
    end: () => void output.write('\r\u001B[K'),
  });
}

function aligned(headings: readonly string[], rows: readonly (readonly Cell[])[]): readonly string[] {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? count(cell) : cell)));
  const widths = headings.map((heading, at) => Math.max(heading.length, ...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[], from: readonly Cell[] = []): string =>
    row
      .map((cell, at) => (typeof from[at] === 'number' ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
      .join('  ')
      .trimEnd();
  return [
    line(headings, rows[0]),
    widths.map((width) => '─'.repeat(width)).join('──'),
    ...cells.map((row, at) => line(row, rows[at])),
  ];
}
