import { rawText } from './raw-text.ts';
import type { KeptRejection } from './kept.ts';

/** Rejected records as files for the supplier. */
export interface ExportedRecords {
  /** The records as they were received, one after another, below the header if the format has one. */
  readonly records: string;
  /** CSV with one row for each record, in the same order: where it is and what is wrong with it. */
  readonly reasons: string;
}

/** Exports in the supplier's own format: what can be sent back, corrected, and delivered again. */
export function exportRecords(kept: readonly KeptRejection[]): ExportedRecords {
  const texts = kept.map(({ rejection }) => rawText(rejection) ?? '');
  const header = headerOf(kept, texts);
  return {
    records: [...(header === undefined ? [] : [header]), ...texts].map((text) => `${text}\n`).join(''),
    reasons: [
      'id,object,line,record,code,reason',
      ...kept.map(({ id, rejection: { item, line, ordinal, code, message } }) =>
        [id, item.uri, line ?? '', ordinal, code, message].map((field) => csvField(String(field))).join(','),
      ),
    ]
      .map((row) => `${row}\n`)
      .join(''),
  };
}

/** The columns that a parser keeps with a rejected row, if they are the same for all. */
function headerOf(kept: readonly KeptRejection[], texts: readonly string[]): string | undefined {
  const contents = kept.map(({ rejection }) => (rejection.details?.['content'] ?? {}) as Content);
  const headers = new Set(
    contents.map(({ columns, delimiter }, at) => {
      if (columns === undefined) return undefined;
      const used = delimiter ?? likelyDelimiter(texts[at]!);
      return columns.map((name) => csvField(name, used)).join(used);
    }),
  );
  return headers.size === 1 ? [...headers][0] : undefined;
}

interface Content {
  readonly columns?: readonly string[];
  readonly delimiter?: string;
}

function likelyDelimiter(row: string): string {
  const counts = [',', ';', '\t', '|'].map((one) => ({ one, times: row.split(one).length }));
  return counts.toSorted((a, b) => b.times - a.times)[0]!.one;
}

/** A field that begins like a formula would be run by a spreadsheet. */
function csvField(text: string, delimiter = ','): string {
  const safe = /^[=+@-]/.test(text) ? `'${text}` : text;
  return safe.includes(delimiter) || /["\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
