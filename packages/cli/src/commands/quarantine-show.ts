import { type Rejection } from '@millrace/core';
import { count, printable, wrap } from '@millrace/terminal';
import { loadConfig } from '../config/load-config.ts';
import { feedsNamed } from '../config/choose-feed.ts';
import { EXIT } from '../exit-code.ts';
import { keptRejections, namedRejections, readableQuarantine } from '../quarantine/kept.ts';
import { pointedText } from '../quarantine/raw-text.ts';
import type { CommandAction, Shell } from '../shell/shell.ts';

/** `quarantine show RECORD…`: everything about single rejected records, with their text. */
export const quarantineShow: CommandAction<[words: readonly string[], options: { readonly feed?: string }]> = async (
  shell,
  words,
  { feed },
) => {
  const config = await loadConfig(shell.cwd, shell.options.config);
  const kept = keptRejections(readableQuarantine(config), feedsNamed(config, feed), { settled: true });
  const found = await namedRejections(kept, words);
  for (const { id, rejection } of found) shell.print(...linesOf(shell, id, rejection), '');
  shell.print('Next: fix the feed and run `npx millrace replay`, or fix the text with `npx millrace quarantine edit`.');
  shell.emit({ exitCode: EXIT.success, rejections: found.map(({ id, rejection }) => ({ id, ...rejection })) });
  return EXIT.success;
};

function linesOf({ width, paint }: Shell, id: string, rejection: Rejection): readonly string[] {
  const { feed, item, line, ordinal, branch, byteOffset, stage, code, message, details } = rejection;
  const place = [
    line === undefined ? '' : `line ${count(line)}`,
    `record ${count(ordinal)}${branch === '' ? '' : `, branch ${branch}`}`,
    byteOffset === undefined ? '' : `byte ${count(byteOffset)}`,
    item.part === undefined ? '' : `file ${printable(item.part)}`,
  ].filter((text) => text !== '');
  const gutter = `  ${line === undefined ? ' ' : line} │ `;
  const [text = '', ...marks] = pointedText(rejection, width - gutter.length);
  const facts = Object.entries(details ?? {}).filter(([name]) => name !== 'content');
  return [
    `${paint('strong', id)}  ${feed}  ${printable(item.uri)}`,
    `  ${place.join(', ')}`,
    '',
    `${gutter}${text}`,
    ...marks.map((mark) => `${' '.repeat(gutter.length - 2)}│ ${paint('bad', mark)}`),
    '',
    ...wrap(`${code} in ${stage}: ${printable(message)}`, width - 2).map((one) => `  ${one}`),
    ...facts.flatMap(([name, value]) => factLines(name, value)),
  ];
}

function factLines(name: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [`  ${name}: ${printable(shown(value))}`];
  return [`  ${name}:`, ...value.map((one) => `    ${printable(shown(one))}`)];
}

function shown(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
