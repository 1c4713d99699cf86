import { setImmediate as turn } from 'node:timers/promises';
import { MillraceError } from '@millrace/core';
import {
  block,
  type ItemRanges,
  part,
  type RangesContext,
  type RangesProduced,
  type RangesStage,
} from '@millrace/core/plugin';
import { foreignFormat } from './book/foreign-format.ts';
import { PackageParts } from './book/package-parts.ts';
import { readSharedStrings } from './book/shared-strings.ts';
import { type ListedSheet, readWorkbookPart } from './book/sheets.ts';
import { readNumberKinds } from './book/styles.ts';
import { SheetRows } from './sheet/sheet-rows.ts';
import type { XlsxSettings } from './xlsx-settings.ts';
import { Expansion, type ExpansionLimits } from './zip/expansion.ts';
import { readZipDirectory } from './zip/zip-directory.ts';

/** Limits of what a workbook may take. */
export interface WorkbookLimits extends ExpansionLimits {
  readonly maxSharedStringBytes: number;
  readonly maxDirectoryBytes: number;
  readonly readBytes: number;
}

const TURN_MS = 10;

/** A sheet that has cells. */
type Worksheet = ListedSheet & { readonly part: string };

/** Reads what all sheets share, and makes the stage that reads the sheets. */
export async function openWorkbook<T>(
  settings: XlsxSettings,
  limits: WorkbookLimits,
  content: ItemRanges,
  context: RangesContext,
): Promise<RangesStage<T>> {
  const directory = await readZipDirectory(content, limits.maxDirectoryBytes);
  if (directory === undefined) throw await foreignFormat(content);
  const expansion = new Expansion(limits);
  const { readBytes, maxSharedStringBytes } = limits;
  const parts = new PackageParts(directory, { content, directoryStart: directory.start, readBytes, expansion });
  const { sheets, is1904, styles, strings: stringsPart } = await readWorkbookPart(parts);
  const chosen = chosenSheets(sheets, settings.sheets);
  context.count('sheets', chosen.length);
  context.count('sheetsLeftOut', sheets.length - chosen.length);
  const kinds = await readNumberKinds(parts, styles);
  const strings = await readSharedStrings(parts, stringsPart, maxSharedStringBytes);

  async function* outputs(): AsyncGenerator<unknown, void, undefined> {
    let turned = performance.now();
    for (const sheet of chosen) {
      yield part(sheet.name);
      const rows = new SheetRows(settings, { strings, kinds, is1904 }, context);
      for await (const _ of parts.scan(sheet.part, rows)) {
        context.signal.throwIfAborted();
        const ready = rows.take();
        if (ready !== undefined) yield block(ready.records, (index) => ({ line: ready.lines[index] }));
        // A megabyte of stored data may come without waiting; timers and signals get their turn in between.
        if (performance.now() - turned < TURN_MS) continue;
        await turn();
        turned = performance.now();
      }
    }
  }
  return { outputs: () => outputs() as RangesProduced<T> };
}

/** The sheets to be read, in the order of the workbook. */
function chosenSheets(sheets: readonly ListedSheet[], wanted: XlsxSettings['sheets']): readonly Worksheet[] {
  const worksheets = sheets.filter((sheet): sheet is Worksheet => sheet.part !== undefined);
  if (wanted === 'all') return worksheets;
  if (wanted === 'first') return worksheets.slice(0, 1);
  const found = new Set<ListedSheet>();
  for (const [index, one] of wanted.entries()) {
    const sheet = typeof one === 'number' ? sheets[one - 1] : sheets.find(({ name }) => name === one);
    if (sheet?.part === undefined) throw sheetMissing(one, index, sheets, sheet !== undefined);
    found.add(sheet);
  }
  return worksheets.filter((sheet) => found.has(sheet));
}

function sheetMissing(
  wanted: string | number,
  index: number,
  sheets: readonly ListedSheet[],
  isThere: boolean,
): MillraceError {
  const shown = JSON.stringify(wanted);
  const what = isThere ? `Sheet ${shown} holds no cells, as it is a chart or a macro.` : `There is no sheet ${shown}.`;
  return new MillraceError(
    'XLSX_SHEET_MISSING',
    `${what} The workbook has ${sheets.length} sheets. Correct the option "sheets", or ask the sender for the sheet.`,
    { details: { wanted: index + 1, sheets: sheets.length, content: { sheets: sheets.map(({ name }) => name) } } },
  );
}
