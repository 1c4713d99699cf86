import { parseXlsx } from '@millrace/xlsx';
import type { Content } from '../content/inspect-content.ts';
import type { ColumnFinding, Finding } from '../finding.ts';
import { jsonColumns } from '../json/json-columns.ts';
import { keyCandidates } from '../keys.ts';
import { firstRecords } from './first-records.ts';

/** Reads the first sheet of a workbook, by the names in its first row. */
export async function inspectXlsx(content: Content, signal: AbortSignal): Promise<Partial<Finding>> {
  const parser = parseXlsx({
    duplicateColumns: 'number',
    unnamedColumns: 'number',
    errorCells: 'null',
    readBytes: 64 * 1024,
  });
  const { records, parts, complete, problem } = await firstRecords(parser, content, signal);
  const columns: readonly ColumnFinding[] = jsonColumns(records, complete);
  return {
    columns,
    xlsx: { sheets: parts },
    keys: keyCandidates(columns, records.length, complete),
    recordsSeen: records.length,
    ...(complete && parts.length <= 1 && { recordsTotal: records.length }),
    first: records.slice(0, 10) as readonly Readonly<Record<string, unknown>>[],
    oddities: problem === undefined ? [] : [problem],
  };
}
