import { readFileSync, writeFileSync } from 'node:fs';

const BEGIN = '<!-- figures: written by pnpm run bench --write-docs -->';
const END = '<!-- end of figures -->';

/** Replaces what stands between the marks of a document. */
export function writeDocsBlock(path: string, block: string): void {
  const text = readFileSync(path, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from === -1 || to < from) throw new Error(`${path} has lost its marks, ${BEGIN} and ${END}.`);
  writeFileSync(path, `${text.slice(0, from + BEGIN.length)}\n\n${block.trim()}\n\n${text.slice(to)}`);
}
