import { invalid, unsupported } from '../xlsx-error.ts';
import type { PackageParts } from './package-parts.ts';
import { pathEvents } from './path-events.ts';
import { type Relationship, relationshipsOf } from './relationships.ts';

/** A sheet, as the workbook lists it. */
export interface ListedSheet {
  readonly name: string;
  /** Its part; `undefined` if it holds no cells, as a sheet that is a chart. */
  readonly part: string | undefined;
}

/** What the workbook's own part says. */
export interface WorkbookPart {
  readonly sheets: readonly ListedSheet[];
  /** Whether dates count from 1904. */
  readonly is1904: boolean;
  readonly styles: string | undefined;
  readonly strings: string | undefined;
}

const MAX_SHEETS = 10_000;
const WORKBOOK = 'xl/workbook.xml';

/** Reads which sheets there are, and where. */
export async function readWorkbookPart(parts: PackageParts): Promise<WorkbookPart> {
  const part = await workbookName(parts);
  const relationships = await relationshipsOf(parts, part);
  const byId = new Map(relationships.map((one) => [one.id, one]));
  const sheets: ListedSheet[] = [];
  let is1904 = false;
  let root: string | undefined;
  const events = pathEvents((path, attributes) => {
    root ??= path;
    if (path === 'workbook/workbookPr') is1904 = isTrue(attributes.get('date1904'));
    if (path !== 'workbook/sheets/sheet') return;
    if (sheets.length >= MAX_SHEETS) throw invalid(`It has more than ${MAX_SHEETS} sheets`);
    const [name, id] = [attributes.get('name'), attributes.prefixed('id')];
    const target = id === undefined ? undefined : byId.get(id);
    if (name === undefined || target === undefined)
      throw invalid(`Sheet ${sheets.length + 1} of it has no name or no part`);
    sheets.push({ name, part: target.type === 'worksheet' ? target.target : undefined });
  });
  await parts.read(part, events);
  if (root !== 'workbook') throw notWorkbook();
  if (sheets.length === 0) throw invalid('It has no sheets');
  return {
    sheets,
    is1904,
    styles: targetOf(relationships, 'styles'),
    strings: targetOf(relationships, 'sharedStrings'),
  };
}

/** The part that the package says is its document. */
async function workbookName(parts: PackageParts): Promise<string> {
  if (parts.has('content.xml') && parts.has('META-INF/manifest.xml'))
    throw unsupported('The file is OpenDocument (such as .ods).', 'Ask the sender for an .xlsx workbook.');
  const found = targetOf(await relationshipsOf(parts, ''), 'officeDocument') ?? WORKBOOK;
  if (found.toLowerCase().endsWith('.bin'))
    throw unsupported('The file is a binary workbook (.xlsb).', 'Ask the sender for an .xlsx workbook.');
  if (!parts.has(found)) throw notWorkbook();
  return found;
}

function notWorkbook(): Error {
  return unsupported(
    'The file is a zip archive or another Office document, not a workbook.',
    'Read files of an archive with decompress() and zip(), or ask the sender for an .xlsx workbook.',
  );
}

function targetOf(relationships: readonly Relationship[], type: string): string | undefined {
  return relationships.find((one) => one.type === type)?.target;
}

/** A boolean of XML Schema. */
function isTrue(value: string | undefined): boolean {
  return value === '1' || value === 'true';
}
