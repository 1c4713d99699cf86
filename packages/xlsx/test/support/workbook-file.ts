import { crc32, deflateRawSync } from 'node:zlib';

/** A file of an archive, with what may be wrong about it. */
export interface ArchiveFile {
  readonly name: string;
  readonly data: string | Uint8Array;
  readonly isStored?: boolean;
  /** What its headers and the directory say instead. */
  readonly says?: Partial<Record<'method' | 'flags' | 'crc' | 'packedSize' | 'size' | 'offset', number>>;
  /** Other bytes than what the data compresses to. */
  readonly packed?: Uint8Array;
}

/** A zip archive of these files. */
export function archive(files: readonly ArchiveFile[]): Uint8Array {
  const locals: Buffer[] = [];
  const listed: Buffer[] = [];
  let offset = 0;
  for (const { name, data, isStored = false, says = {}, packed: given } of files) {
    const bytes = Buffer.from(data);
    const packed = Buffer.from(given ?? (isStored ? bytes : deflateRawSync(bytes)));
    const facts = {
      flags: 0,
      method: isStored ? 0 : 8,
      crc: crc32(bytes),
      packedSize: packed.length,
      size: bytes.length,
      offset,
    };
    const { flags, method, crc, packedSize, size, offset: at } = { ...facts, ...says };
    const common = fields(
      [2, 20],
      [2, flags],
      [2, method],
      [4, 0],
      [4, crc],
      [4, packedSize],
      [4, size],
      [2, Buffer.byteLength(name)],
    );
    const local = Buffer.concat([fields([4, 0x04034b50]), common, fields([2, 0]), Buffer.from(name), packed]);
    locals.push(local);
    const rest = fields([2, 0], [2, 0], [2, 0], [2, 0], [4, 0], [4, at]);
    listed.push(Buffer.concat([fields([4, 0x02014b50], [2, 20]), common, rest, Buffer.from(name)]));
    offset += local.length;
  }
  const directory = Buffer.concat(listed);
  const count = files.length;
  const end = fields(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, directory.length],
    [4, offset],
    [2, 0],
  );
  return new Uint8Array(Buffer.concat([...locals, directory, end]));
}

function fields(...all: readonly (readonly [bytes: number, value: number])[]): Buffer {
  return Buffer.concat(
    all.map(([bytes, value]) => {
      const field = Buffer.alloc(bytes);
      field.writeUIntLE(value, 0, bytes);
      return field;
    }),
  );
}

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships';

export interface SheetText {
  readonly name?: string;
  /** The rows, as XML. */
  readonly rows?: string;
  /** The whole part, in place of `rows`. */
  readonly xml?: string;
  readonly kind?: string;
}

export interface WorkbookText {
  readonly sheets: readonly SheetText[];
  readonly strings?: readonly string[];
  /** The number formats of the styles, by their codes or numbers. */
  readonly formats?: readonly (string | number)[];
  readonly is1904?: boolean;
  /** Changes or adds files of the archive. */
  readonly change?: (files: readonly ArchiveFile[]) => readonly ArchiveFile[];
}

/** A workbook of these parts. Strings and rows are XML. */
export function workbook({
  sheets,
  strings,
  formats = [],
  is1904 = false,
  change = (files) => files,
}: WorkbookText): Uint8Array {
  const relation = (id: string, type: string, target: string): string =>
    `<Relationship Id="${id}" Type="${RELATIONS}/${type}" Target="${target}"/>`;
  const relations = (all: string): string => `<Relationships xmlns="${PACKAGE}">${all}</Relationships>`;
  const listed = sheets.map(
    ({ name }, index) => `<sheet name="${name ?? `S${index + 1}`}" sheetId="${index + 1}" r:id="r${index}"/>`,
  );
  const custom = formats.map((format, index) =>
    typeof format === 'string'
      ? `<numFmt numFmtId="${200 + index}" formatCode="${format.replaceAll('"', '&quot;')}"/>`
      : '',
  );
  const styles = formats.map(
    (format, index) => `<xf numFmtId="${typeof format === 'string' ? 200 + index : format}"/>`,
  );
  const files: ArchiveFile[] = [
    { name: '_rels/.rels', data: relations(relation('a', 'officeDocument', 'xl/workbook.xml')) },
    {
      name: 'xl/workbook.xml',
      data:
        `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}">` +
        `<workbookPr date1904="${is1904}"/><sheets>${listed.join('')}</sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      data: relations(
        [
          ...sheets.map(({ kind = 'worksheet' }, index) => relation(`r${index}`, kind, `worksheets/sheet${index}.xml`)),
          relation('styles', 'styles', '/xl/styles.xml'),
          ...(strings === undefined ? [] : [relation('strings', 'sharedStrings', './sharedStrings.xml')]),
        ].join(''),
      ),
    },
    {
      name: 'xl/styles.xml',
      data: `<styleSheet xmlns="${MAIN}"><numFmts>${custom.join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf/>${styles.join('')}</cellXfs></styleSheet>`,
    },
    ...(strings === undefined
      ? []
      : [
          {
            name: 'xl/sharedStrings.xml',
            data: `<sst xmlns="${MAIN}">${strings.map((one) => `<si>${one}</si>`).join('')}</sst>`,
          },
        ]),
    ...sheets.map(({ rows = '', xml }, index) => ({
      name: `xl/worksheets/sheet${index}.xml`,
      data: xml ?? `<worksheet xmlns="${MAIN}"><sheetData>${rows}</sheetData></worksheet>`,
    })),
  ];
  return archive(change(files));
}

/** Rows of cells by their XML: `<v>1</v>`, or `['s', '<v>0</v>']` with a type, or with more attributes. */
export function rows(
  ...all: readonly (readonly (string | readonly [attributes: string, content: string])[])[]
): string {
  const cell = (one: string | readonly [string, string]): string =>
    typeof one === 'string' ? `<c>${one}</c>` : `<c ${one[0]}>${one[1]}</c>`;
  return all.map((cells) => `<row>${cells.map(cell).join('')}</row>`).join('');
}

/** A cell with a text of its own. */
export function text(content: string): readonly [string, string] {
  return ['t="inlineStr"', `<is><t>${content}</t></is>`];
}
