import type { Counts, ItemOutcome, ItemReport, RunReport } from '@millrace/core';
import { wrap } from './display-width.ts';
import { partsOf } from './explain.ts';
import { count, countOf, duration } from './quantities.ts';
import { paint, type Style } from './style.ts';
import { type Cell, table } from './table.ts';

export interface ReportTableOptions {
  /** Columns of the terminal. @default 80 */
  readonly width?: number;
  /** Whether to write colors. @default false */
  readonly color?: boolean;
  /** Objects to show at most. Those that failed come first, then those that are unfinished or have rejections. @default 20 */
  readonly objects?: number;
}

/**
 * Formats what a run did: one row for each object, the reason of each failure and what to do about it, and the sum. The
 * objects that need attention come first.
 *
 * @returns lines of text, joined by line feeds
 * @example
 * console.log(reportTable(await prices.run(refs, { ledger, onFailure: 'report' })));
 */
export function reportTable(report: RunReport, options: ReportTableOptions = {}): string {
  const { width = 80, color = false, objects = 20 } = options;
  const sorted = report.reports.toSorted((a, b) => urgency(b) - urgency(a));
  const shown = sorted.slice(0, objects);
  const rows = table(
    shown.map((one) => rowOf(one)),
    { head: ['', 'object', 'read', 'written', 'rejected', 'time', ''], width, color },
  );
  const [head, ...lines] = rows;
  const body = shown.flatMap((one, index) => [lines[index]!, ...reasonOf(one, width, color)]);
  const omitted = report.reports.length - shown.length + report.reportsOmitted;
  return [
    ...(shown.length === 0 ? [] : [head!, ...body]),
    ...(omitted > 0 ? [`  … and ${countOf(omitted, 'more object')}`] : []),
    ...summaryOf(report, width, color),
  ].join('\n');
}

/** How an outcome is shown. A symbol carries it, so that it can be read without colors. */
const OUTCOMES: Readonly<Record<ItemOutcome, { readonly mark: string; readonly style: Style; readonly note: string }>> =
  {
    complete: { mark: '✓', style: 'good', note: '' },
    duplicate: { mark: '–', style: 'faint', note: 'was complete' },
    stale: { mark: '–', style: 'faint', note: 'a newer version was taken up' },
    skipped: { mark: '–', style: 'faint', note: 'nothing to read' },
    held: { mark: '!', style: 'warning', note: 'another run has it' },
    aborted: { mark: '!', style: 'warning', note: '' },
    failed: { mark: '✗', style: 'bad', note: '' },
  };

function urgency({ outcome, rejected }: ItemReport): number {
  if (outcome === 'failed') return 3;
  if (outcome === 'aborted' || outcome === 'held') return 2;
  return rejected > 0 ? 1 : 0;
}

function rowOf(report: ItemReport): readonly Cell[] {
  const { mark, style, note } = OUTCOMES[report.outcome];
  const wasRead = report.read > 0 || report.outcome === 'complete';
  const records = (value: number): Cell => (wasRead ? value : '');
  return [
    { text: mark, style },
    report.ref,
    records(report.read),
    records(report.written),
    wasRead && report.rejected > 0 ? { text: report.rejected, style: 'warning' } : records(report.rejected),
    duration(report.durationMs),
    { text: report.outcome === 'aborted' ? stoppedAt(report) : note, style: 'faint' },
  ];
}

function stoppedAt({ watermark }: ItemReport): string {
  return watermark > 0 ? `stopped, resumes at record ${count(watermark)}` : 'stopped, starts over';
}

/** Why an object failed, below its row. */
function reasonOf({ outcome, error }: ItemReport, width: number, color: boolean): readonly string[] {
  if (outcome !== 'failed' || error === undefined) return [];
  const { code, what, todo } = partsOf(error);
  const indent = '       ';
  const brush = paint(color);
  const text = `${code ?? ''} ${what}`.trim();
  const lines = [
    ...wrap(text, width - indent.length),
    ...(todo === undefined ? [] : wrap(todo, width - indent.length)),
  ];
  return lines.map(
    (line, index) => `${indent}${index === 0 ? line.replace(code ?? '', brush('bad', code ?? '')) : line}`,
  );
}

/** The objects by outcome, and the equation. */
function summaryOf({ items, totals, durationMs, error }: RunReport, width: number, color: boolean): readonly string[] {
  const all = Object.values(items).reduce((sum, one) => sum + one, 0);
  const outcomes = (Object.keys(OUTCOMES) as ItemOutcome[])
    .filter((outcome) => items[outcome] > 0)
    .map((outcome) => `${count(items[outcome])} ${outcome}`);
  const line = `${countOf(all, 'object')}${all === 0 ? '' : `: ${outcomes.join(', ')}`} · ${equation(totals)} · ${duration(durationMs)}`;
  return [
    ...wrap(line, width - 2).map((text) => `  ${paint(color)('strong', text)}`),
    ...(error === undefined
      ? []
      : wrap(`${error.code} ${error.message}`, width - 4).map((text, at) => `  ${at === 0 ? '✗' : ' '} ${text}`)),
  ];
}

/**
 * Writes the equation that a report's counts fulfil, without the terms that are zero: `9,120 read = 9,118 written + 2 rejected`.
 *
 * @example
 * console.log(equation(report.totals));
 */
export function equation(counts: Counts): string {
  const terms = (names: readonly (keyof Counts)[]): readonly string[] =>
    names.filter((name, at) => at === 0 || counts[name] > 0).map((name) => `${count(counts[name])} ${name}`);
  const left = terms(['read', 'expanded']);
  return `${left.join(' + ')} = ${terms(['written', 'rejected', 'dropped', 'skipped', 'unsettled']).join(' + ')}`;
}
