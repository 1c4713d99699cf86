import type { Observer } from '@millrace/core';

/** Prints a table with its columns aligned; numbers to the right. */
export function printTable(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en-US') : cell)));
  const widths = headings.map((heading, at) => Math.max(heading.length, ...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[], from: readonly (string | number)[] = []): string =>
    row
      .map((cell, at) => (typeof from[at] === 'number' ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
      .join('  ')
      .trimEnd();
  console.log(line(headings, rows[0]));
  console.log(widths.map((width) => '─'.repeat(width)).join('──'));
  for (const [at, row] of cells.entries()) console.log(line(row, rows[at]));
}

export function heading(text: string): void {
  console.log(`\n\u001B[1m${text}\u001B[0m`);
}

/** Shows, while objects are carried, how many records have been written: in place on a terminal, else every few seconds. */
export function progressLine(): { readonly observer: Observer; readonly end: () => void } {
  const written = new Map<string, number>();
  let shown = 0;
  const show = (): void => {
    const now = Date.now();
    if (now - shown < (process.stdout.isTTY ? 100 : 4000)) return;
    shown = now;
    const total = [...written.values()].reduce((sum, each) => sum + each, 0);
    const text = `  ${total.toLocaleString('en-US')} records written, ${written.size} objects`;
    if (process.stdout.isTTY) process.stdout.write(`\r${text}`);
    else console.log(text);
  };
  return {
    observer: {
      progress: ({ ref, counts }) => {
        written.set(ref, counts.written);
        show();
      },
    },
    end: () => {
      if (process.stdout.isTTY) process.stdout.write('\r\u001B[K');
    },
  };
}
