import { utf8Text } from './utf8-text.ts';

/** The upper half of code page 437, in which names without the mark of UTF-8 are to be. */
const CP437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/** A name as text: UTF-8 where it is, whether marked so or not, else code page 437. */
export function zipName(bytes: Uint8Array): string {
  const oldName = (): string =>
    Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : CP437[byte - 128]!)).join('');
  return utf8Text(bytes) ?? oldName();
}

/** What is wrong with a name, as the end of a sentence; `undefined` where it is safe to use as a path below some folder. */
export function unsafeName(name: string): string | undefined {
  if (name === '') return 'is empty';
  // oxlint-disable-next-line no-control-regex -- these are what must not be in a name
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'holds control characters';
  if (/^([/\\]|[a-z]:)/i.test(name)) return 'is an absolute path';
  return name.includes('..') && name.split(/[/\\]/).includes('..') ? 'leads out of its folder' : undefined;
}
