import { XmlFault } from './xml-fault.ts';
import type { XmlVersion } from './xml-version.ts';

/** Zeros at most before the digits of a reference. XML sets no limit, but what a chunk cuts has to be held. */
const ZEROS = 1000;

/** A reference to a character by its number, without its `&` and `;`. */
const NUMBER = new RegExp(`^#(?:0{0,${ZEROS}}(\\d{1,7})|x0{0,${ZEROS}}([\\da-fA-F]{1,6}))$`);

/** Characters at most in a reference that needs no DTD. */
export const REFERENCE_CHARS = ZEROS + 11;

/** Resolves the references in text. Returns why that is impossible instead, if it is. */
export function withoutReferences(text: string, version: XmlVersion): string | XmlFault {
  let resolved = '';
  let from = 0;
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', from)) {
    const end = text.indexOf(';', at);
    const character =
      end === -1 || end - at >= REFERENCE_CHARS ? undefined : characterOf(text.slice(at + 1, end), version);
    if (character === undefined) return strayAmpersand();
    if (character === '') return forbiddenReference();
    resolved += text.slice(from, at) + character;
    from = end + 1;
  }
  return resolved + text.slice(from);
}

/** Returns the character that a reference stands for; `''` if XML does not allow it, nothing if it is not a reference. */
function characterOf(reference: string, version: XmlVersion): string | undefined {
  switch (reference) {
    case 'amp':
      return '&';
    case 'lt':
      return '<';
    case 'gt':
      return '>';
    case 'quot':
      return '"';
    case 'apos':
      return "'";
    default: {
      const [, decimal, hexadecimal = ''] = NUMBER.exec(reference) ?? [];
      if (decimal === undefined && hexadecimal === '') return undefined;
      const code = decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal);
      return version.isReferable(code) ? String.fromCodePoint(code) : '';
    }
  }
}

function strayAmpersand(): XmlFault {
  const advice = 'It must be written as "&amp;", and entities of a DTD are not read.';
  return new XmlFault(`begins something with an "&" that is not a reference. ${advice}`, true);
}

function forbiddenReference(): XmlFault {
  return new XmlFault('it refers to a character that XML does not allow.');
}
