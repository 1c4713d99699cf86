import { MillraceError } from '@millrace/core';
import type { Block, ParserContext, ParserStage, TextPlace } from '@millrace/core/plugin';
import { QuotedRow } from '@millrace/framing';
import type { CsvRecord } from './csv-columns.ts';
import { DELIMITERS } from './csv-delimiters.ts';
import type { CsvSettings } from './csv-settings.ts';
import { startCsv } from './csv-stage.ts';

const SAMPLE_LINES = 10;
const SAMPLE_CHARS = 64 * 1024;

/** Holds back the first lines, finds out the delimiter by them, and goes on as if it had been known. */
export function startSniffing(settings: CsvSettings, context: ParserContext): ParserStage<string, CsvRecord> {
  const chunks: { readonly text: string; readonly place: TextPlace | undefined }[] = [];
  let sample = '';
  let stage: ParserStage<string, CsvRecord> | undefined;

  function begin(ended: boolean): readonly Block<CsvRecord>[] {
    stage = startCsv(settings, sniffDelimiter(sample, ended, settings), context);
    return chunks.splice(0).flatMap(({ text, place }) => stage!.push(text, place) as Block<CsvRecord> | readonly []);
  }

  return {
    push(text, place) {
      if (stage !== undefined) return stage.push(text, place);
      chunks.push({ text, place });
      sample += text;
      return sampleEnd(sample, settings.skipLines) === -1 ? [] : begin(false);
    },
    end() {
      const begun = stage === undefined ? begin(true) : [];
      const rest = stage!.end!() as Block<CsvRecord> | readonly [];
      return [...begun, rest].flat();
    },
  };
}

/** Where the sample ends, behind its last line; -1 where more is needed. */
function sampleEnd(text: string, skipLines: number): number {
  let at = 0;
  for (let left = skipLines + SAMPLE_LINES; left > 0; left -= 1) {
    const feed = text.indexOf('\n', at);
    if (feed === -1 || feed >= SAMPLE_CHARS) return text.length >= SAMPLE_CHARS ? SAMPLE_CHARS : -1;
    at = feed + 1;
  }
  return at;
}

/**
 * The candidate under which all rows of the sample have the same number of fields; of several, the one that makes the most.
 *
 * @throws MillraceError `CSV_DELIMITER_UNCLEAR`
 */
function sniffDelimiter(text: string, ended: boolean, settings: CsvSettings): string {
  const end = sampleEnd(text, settings.skipLines);
  const sample = (end === -1 ? text : text.slice(0, end)).replace(/^\uFEFF+/, '');
  const isWhole = ended && end === -1;
  const counts = DELIMITERS.map((delimiter) => ({ delimiter, fields: fieldsOf(sample, isWhole, delimiter, settings) }));
  const split = counts.filter(({ fields }) => fields.length > 0 && Math.max(...fields) > 1);
  if (split.length === 0) return DELIMITERS[0]!;
  const even = split.filter(({ fields }) => fields.every((count) => count === fields[0]));
  const judged = even.length > 0 ? even : split;
  const most = Math.max(...judged.map(({ fields }) => fields[0]!));
  const best = judged.filter(({ fields }) => fields[0] === most);
  if (best.length === 1) return best[0]!.delimiter;
  const shown = best.map(({ delimiter }) => JSON.stringify(delimiter)).join(' and ');
  throw new MillraceError('CSV_DELIMITER_UNCLEAR', `The delimiter may be ${shown}. Set the option "delimiter".`, {
    details: { delimiters: best.map(({ delimiter }) => delimiter) },
  });
}

/** How many fields each row of the sample has. A row that the sample cuts is left out. */
function fieldsOf(sample: string, isWhole: boolean, delimiter: string, settings: CsvSettings): readonly number[] {
  const row = new QuotedRow({ ...settings, delimiter });
  const counts: number[] = [];
  let at = sample.split('\n', settings.skipLines).reduce((sum, line) => sum + line.length + 1, 0);
  while (at < sample.length) {
    if (settings.comment !== '' && sample.startsWith(settings.comment, at)) row.comment();
    const feed = row.scan(sample, at, sample.length, 1);
    if (feed === -1 && !isWhole) break;
    if (feed === -1) row.finish();
    if (!row.isBlank && row.problem === undefined) counts.push(row.fields.length);
    row.reset();
    at = feed === -1 ? sample.length : feed + 1;
  }
  return counts;
}
