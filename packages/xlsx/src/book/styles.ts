import { invalid } from '../xlsx-error.ts';
import { builtInKind, kindOfCode, type NumberKind } from './number-kind.ts';
import type { PackageParts } from './package-parts.ts';
import { pathEvents } from './path-events.ts';

/** Excel allows 65,490 styles. */
const MAX_STYLES = 1_000_000;

/** Reads what the numbers of each cell style are, by the style's number. */
export async function readNumberKinds(parts: PackageParts, name: string | undefined): Promise<readonly NumberKind[]> {
  if (name === undefined) return [];
  const custom = new Map<number, NumberKind>();
  const formats: number[] = [];
  const events = pathEvents((path, attributes) => {
    if (path === 'styleSheet/numFmts/numFmt') {
      const [id, code] = [attributes.get('numFmtId'), attributes.get('formatCode')];
      if (custom.size >= MAX_STYLES) throw invalid(`It has more than ${MAX_STYLES} number formats`);
      if (id !== undefined && code !== undefined) custom.set(Number(id), kindOfCode(code));
    } else if (path === 'styleSheet/cellXfs/xf') {
      if (formats.length >= MAX_STYLES) throw invalid(`It has more than ${MAX_STYLES} styles`);
      formats.push(Number(attributes.get('numFmtId') ?? 0));
    }
  });
  await parts.read(name, events);
  return formats.map((id) => custom.get(id) ?? builtInKind(id));
}
