/** What widths of columns count. */
export type WidthUnit = 'characters' | 'utf16' | 'utf8' | 'columns';

/**
 * Returns how many units come before each index of the line, and before its end. An index at which no character begins has
 * the place of the character after it, less a half. Returns `undefined` if the places are the indexes.
 */
export type PlacesOf = (line: string) => readonly number[] | undefined;

const SURROGATE = /[\uD800-\uDBFF]/;
// oxlint-disable-next-line no-control-regex -- what is one byte in UTF-8, and one column
const BEYOND_ASCII = /[^\u0000-\u007F]/;
const COMBINING = /^[\p{Mn}\p{Me}\u200B-\u200D\u2060]/u;

/** Characters of the East Asian width "wide" or "fullwidth" (Unicode Standard Annex 11). */
const wide = (): RegExp =>
  new RegExp(
    [
      String.raw`^[`,
      String.raw`\u{1100}-\u{115F}\u{231A}-\u{231B}\u{2329}-\u{232A}\u{23E9}-\u{23EC}\u{23F0}\u{23F3}\u{25FD}-\u{25FE}`,
      String.raw`\u{2614}-\u{2615}\u{2648}-\u{2653}\u{267F}\u{2693}\u{26A1}\u{26AA}-\u{26AB}\u{26BD}-\u{26BE}\u{26C4}-\u{26C5}`,
      String.raw`\u{26CE}\u{26D4}\u{26EA}\u{26F2}-\u{26F3}\u{26F5}\u{26FA}\u{26FD}\u{2705}\u{270A}-\u{270B}\u{2728}\u{274C}`,
      String.raw`\u{274E}\u{2753}-\u{2755}\u{2757}\u{2795}-\u{2797}\u{27B0}\u{27BF}\u{2B1B}-\u{2B1C}\u{2B50}\u{2B55}`,
      String.raw`\u{2E80}-\u{303E}\u{3041}-\u{3247}\u{3250}-\u{4DBF}\u{4E00}-\u{A4C6}\u{A960}-\u{A97C}\u{AC00}-\u{D7A3}`,
      String.raw`\u{F900}-\u{FAD9}\u{FE10}-\u{FE19}\u{FE30}-\u{FE6B}\u{FF01}-\u{FF60}\u{FFE0}-\u{FFE6}\u{16FE0}-\u{1B2FB}`,
      String.raw`\u{1F004}\u{1F0CF}\u{1F18E}\u{1F191}-\u{1F19A}\u{1F200}-\u{1F320}\u{1F32D}-\u{1F335}\u{1F337}-\u{1F37C}`,
      String.raw`\u{1F37E}-\u{1F393}\u{1F3A0}-\u{1F3CA}\u{1F3CF}-\u{1F3D3}\u{1F3E0}-\u{1F3F0}\u{1F3F4}\u{1F3F8}-\u{1F43E}`,
      String.raw`\u{1F440}\u{1F442}-\u{1F4FC}\u{1F4FF}-\u{1F53D}\u{1F54B}-\u{1F54E}\u{1F550}-\u{1F567}\u{1F57A}`,
      String.raw`\u{1F595}-\u{1F596}\u{1F5A4}\u{1F5FB}-\u{1F64F}\u{1F680}-\u{1F6C5}\u{1F6CC}\u{1F6D0}-\u{1F6D2}`,
      String.raw`\u{1F6D5}-\u{1F6DF}\u{1F6EB}-\u{1F6EC}\u{1F6F4}-\u{1F6FC}\u{1F7E0}-\u{1F7F0}\u{1F90C}-\u{1F93A}`,
      String.raw`\u{1F93C}-\u{1F945}\u{1F947}-\u{1F9FF}\u{1FA70}-\u{1FAF6}\u{20000}-\u{3FFFD}`,
      String.raw`]`,
    ].join(''),
    'u',
  );

let compiled: RegExp | undefined;

/** Returns whether the text may hold a character that is not one unit. */
export function mayBeWide(unit: WidthUnit, text: string): boolean {
  return unit !== 'utf16' && (unit === 'characters' ? SURROGATE : BEYOND_ASCII).test(text);
}

/** Returns the function that finds the places of one unit. */
export function placesOf(unit: WidthUnit): PlacesOf {
  switch (unit) {
    case 'utf16':
      return () => undefined;
    case 'characters':
      return (line) => (SURROGATE.test(line) ? summed(line, () => 1) : undefined);
    case 'utf8':
      return (line) => (BEYOND_ASCII.test(line) ? summed(line, utf8Bytes) : undefined);
    case 'columns':
      return (line) => (BEYOND_ASCII.test(line) ? summed(line, displayColumns) : undefined);
  }
}

function summed(line: string, widthOf: (character: string) => number): readonly number[] {
  const places: number[] = [];
  let place = 0;
  for (const character of line) {
    places.push(place);
    place += widthOf(character);
    if (character.length === 2) places.push(place - 0.5);
  }
  places.push(place);
  return places;
}

function utf8Bytes(character: string): number {
  const code = character.codePointAt(0)!;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}

function displayColumns(character: string): number {
  if (character < '\u0300') return 1;
  if (COMBINING.test(character)) return 0;
  return (compiled ??= wide()).test(character) ? 2 : 1;
}
