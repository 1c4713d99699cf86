import { MillraceError } from '@millrace/core';
import type { Block, ParserContext, ParserStage, TextPlace } from '@millrace/core/plugin';
import type { CsvRecord } from './csv-columns.ts';
import type { CsvSettings } from './csv-settings.ts';
import { startSniffing } from './csv-sniffer.ts';
import { startCsv } from './csv-stage.ts';

/** The line by which spreadsheets name the delimiter, whole. In quotes it would be a text. */
const SEPARATOR_LINE = /^\uFEFF*sep=(.)\r*(?:\n|$)/i;
/** A text that more characters may make such a line. */
const SEPARATOR_BEGINNING = /^\uFEFF*(?:s(?:e(?:p(?:=(?:.\r*)?)?)?)?)?$/i;

/**
 * Starts a parser of one object. A first line such as `sep=;` is passed over: it tells the delimiter if that is to be found out.
 * If `skipLines` is set, the head of the object is known, and no line is looked for.
 *
 * @throws MillraceError `CSV_DELIMITER_CONFLICT` in a run, if the line names another delimiter than the option
 */
export function startObject(settings: CsvSettings, context: ParserContext): ParserStage<string, CsvRecord> {
  if (settings.skipLines > 0) return startKnown(settings, context);
  const chunks: { readonly text: string; readonly place: TextPlace | undefined }[] = [];
  let head = '';
  let stage: ParserStage<string, CsvRecord> | undefined;

  function begin(): Block<CsvRecord> | readonly Block<CsvRecord>[] {
    const match = SEPARATOR_LINE.exec(head);
    stage = match === null ? startKnown(settings, context) : startSeparated(settings, match[1]!, context);
    const produced = chunks
      .splice(0)
      .map(({ text, place }) => stage!.push(text, place) as Block<CsvRecord> | readonly Block<CsvRecord>[]);
    return produced.length === 1 ? produced[0]! : produced.flat();
  }

  return {
    push(text, place) {
      if (stage !== undefined) return stage.push(text, place);
      chunks.push({ text, place });
      head += text;
      return SEPARATOR_BEGINNING.test(head) ? [] : begin();
    },
    end() {
      const begun = stage === undefined ? begin() : [];
      const rest = stage!.end!() as Block<CsvRecord> | readonly Block<CsvRecord>[];
      return [begun, rest].flat();
    },
  };
}

function startKnown(settings: CsvSettings, context: ParserContext): ParserStage<string, CsvRecord> {
  const { delimiter } = settings;
  return delimiter === undefined ? startSniffing(settings, context) : startCsv(settings, delimiter, context);
}

function startSeparated(settings: CsvSettings, named: string, context: ParserContext): ParserStage<string, CsvRecord> {
  const { delimiter = named, quote, escape, comment } = settings;
  if (delimiter !== named || [quote, escape, comment].includes(named)) {
    throw new MillraceError(
      'CSV_DELIMITER_CONFLICT',
      `The first line is a spreadsheet's "sep=", which names the delimiter ${JSON.stringify(named)}, and the options of parseCsv ` +
        `say otherwise. Set "delimiter" to ${JSON.stringify(named)} or 'sniff', or set "skipLines" to 1 to pass over the line.`,
      { details: { line: 1, delimiter: named } },
    );
  }
  return startCsv({ ...settings, skipLines: 1 }, delimiter, context);
}
