import type { ColumnFinding } from '../finding.ts';
import { guess } from '../guess.ts';
import { linesOf } from './lines-of.ts';

export interface FoundLines {
  readonly columns: readonly ColumnFinding[];
  readonly first: readonly Readonly<Record<string, string>>[];
  readonly records: number;
  /** Whether most lines begin as those of logs do: with a time, an address or a level. */
  readonly isLog: boolean;
}

const LOG_LINE =
  /^(?:[<[]?\d{1,3}>)?\[?(?:\d{4}[-/]\d{2}[-/]\d{2}[T ]\d{2}:\d{2}|[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2}|\d{2}\/[A-Z][a-z]{2}\/\d{4}|\d{1,3}(?:\.\d{1,3}){3} |\[?(?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\b)/;
const MOST_LINES = 100_000;
const FIRST = 10;

/** Takes each line for a record. */
export function findLines(text: string, complete: boolean): FoundLines {
  const lines = linesOf(text, complete, MOST_LINES).filter((line) => line.trim() !== '');
  const head = lines.slice(0, 500);
  const logs = head.filter((line) => LOG_LINE.test(line)).length;
  const column: ColumnFinding = {
    name: 'line',
    type: guess('text', 0.99),
    nullable: false,
    empty: 0,
    nulls: [],
    unique: new Set(head).size === head.length,
  };
  return {
    columns: [column],
    first: lines.slice(0, FIRST).map((line) => ({ line })),
    records: lines.length,
    isLog: head.length > 0 && logs >= head.length * 0.6,
  };
}
