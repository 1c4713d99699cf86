const encoders = new Map<string, (text: string) => Buffer>();

/**
 * Encodes text in any charset that TextDecoder knows with one or two bytes a character, by asking it for all of them.
 *
 * @throws TypeError where the charset does not have a character
 */
export function encodeText(text: string, charset: string): Buffer {
  if (charset === 'utf-8') return Buffer.from(text);
  const encode = encoders.get(charset) ?? inverse(charset);
  encoders.set(charset, encode);
  return encode(text);
}

function inverse(charset: string): (text: string) => Buffer {
  const decoder = new TextDecoder(charset, { fatal: true });
  const codes = new Map<string, number>();
  const add = (code: number, bytes: Uint8Array): void => {
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch {
      return; // not a character of this charset
    }
    if (text.length === 1 && !codes.has(text)) codes.set(text, code);
  };
  for (let code = 0; code < 256; code += 1) add(code, Uint8Array.of(code));
  for (let code = 0x8000; code < 0x10000; code += 1) add(code, Uint8Array.of(code >> 8, code & 255));
  return (text) => {
    const bytes: number[] = [];
    for (const char of text) {
      const code = codes.get(char);
      if (code === undefined) throw new TypeError(`${charset} has no ${JSON.stringify(char)}.`);
      if (code > 255) bytes.push(code >> 8);
      bytes.push(code & 255);
    }
    return Buffer.from(bytes);
  };
}
