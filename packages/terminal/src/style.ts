import { styleText } from 'node:util';

/** How a part of a text is marked. Colors repeat what words and symbols say; nothing depends on them. */
export type Style = 'good' | 'bad' | 'warning' | 'faint' | 'strong';

/** Marks a text, or returns it unchanged if there are no colors. */
export type Paint = (style: Style, text: string) => string;

/** @param color whether to write escape sequences */
export function paint(color: boolean): Paint {
  if (!color) return (_, text) => text;
  const formats = { good: 'green', bad: 'red', warning: 'yellow', faint: 'dim', strong: 'bold' } as const;
  return (style, text) => styleText(formats[style], text, { validateStream: false });
}
