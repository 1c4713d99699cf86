import { cpus, release } from 'node:os';
import type { ColdStart } from './cold-start.ts';
import { type Figures, rowFigures } from './figures.ts';
import type { RowResult } from './run-row.ts';
import type { Spread } from './statistics.ts';
import type { Outcome } from './targets.ts';

/** Where the figures come from. */
export function machine(): string {
  const processors = cpus();
  return `${processors.length} × ${processors[0]?.model ?? 'unknown'}, ${process.platform} ${release()}, Node ${process.version}`;
}

/** A row as a Markdown table, which people can read as it is. */
export function rowTable(result: RowResult): string {
  const { row, absent } = result;
  const head = ['variant', 'records/s', 'CPU µs/record', 'wall ms', 'peak MB', 'over idle MB'];
  const lines = Object.entries(rowFigures(result)).map(([name, figures]) => [
    name,
    ...columns(figures, row.from === 'disk'),
  ]);
  const missing = Object.entries(absent).map(([name, reason]) => `\n\n${name} did not run: ${reason}`);
  return `### ${row.title} (${row.name})\n\n${markdown([head, ...lines])}${missing.join('')}\n`;
}

/** Where whole processes are compared, wall is the life of the process, and records a second are in that time. */
function columns(figures: Figures, wholeProcess: boolean): readonly string[] {
  const { recordsPerSecond, cpuMicrosPerRecord, wallMs, processMs, peakMB, overIdleMB } = figures;
  return [
    wholeProcess ? '' : ranged(recordsPerSecond, whole),
    cpuMicrosPerRecord.median === 0 ? '' : ranged(cpuMicrosPerRecord, short),
    ranged(wholeProcess ? processMs : wallMs, whole),
    peakMB.median === 0 ? '' : ranged(peakMB, whole),
    peakMB.median === 0 ? '' : ranged(overIdleMB, whole),
  ];
}

/** The starts of handlers, as a Markdown table. */
export function coldStartTable(starts: Readonly<Record<string, ColdStart>>): string {
  const head = ['handler', 'bundle KB', 'import ms', 'first invocation ms', 'second ms', 'RSS MB'];
  const lines = Object.entries(starts).map(([name, { bundleKB, importMs, firstMs, secondMs, rssMB }]) => [
    name,
    String(bundleKB),
    ...[importMs, firstMs, secondMs, rssMB].map((figure) => ranged(figure, whole)),
  ]);
  return `### Cold start of a bundled handler (cold-start)\n\n${markdown([head, ...lines])}\n`;
}

/** The targets, each with its figure. */
export function targetTable(outcomes: Readonly<Record<string, Outcome>>): string {
  const head = ['target', 'must be', 'measured', 'by CPU', ''];
  const lines: string[][] = [];
  const open: string[] = [];
  for (const [name, { bound, target, measured, byCpu, reached }] of Object.entries(outcomes)) {
    if (measured === null) {
      open.push(name);
      continue;
    }
    const cpu = byCpu === undefined ? '' : ranged(byCpu, short);
    lines.push([
      name,
      `${bound} ${target}`,
      ranged(measured, short),
      cpu,
      reached === true ? 'reached' : 'NOT reached',
    ]);
  }
  const rest = open.length === 0 ? '' : `\n\nNot measured: ${open.join(', ')}.`;
  return `${markdown([head, ...lines])}${rest}`;
}

function ranged({ median, min, max }: Spread, format: (value: number) => string): string {
  return min === max ? format(median) : `${format(median)} (${format(min)}–${format(max)})`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function short(value: number): string {
  return value >= 100 ? whole(value) : value.toPrecision(3);
}

function markdown(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, column) => Math.max(3, ...lines.map((line) => line[column]!.length)));
  const aligned = (line: readonly string[], fill = ' '): string =>
    `| ${line.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!, fill) : cell.padStart(widths[column]!, fill))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [aligned(lines[0]!), rule, ...lines.slice(1).map((line) => aligned(line))].join('\n');
}
