import { countOf, printable, wrap } from '@millrace/terminal';
import { type FeedFinding, checkFeeds } from '../check/check-config-feeds.ts';
import { checkServices } from '../check/check-services.ts';
import { checkTypes } from '../check/check-types.ts';
import { feedsNamed } from '../config/choose-feed.ts';
import { loadConfig } from '../config/load-config.ts';
import { EXIT } from '../exit-code.ts';
import type { CommandAction, Shell } from '../shell/shell.ts';

/** `check [FEED]`: whether a run could work, and what to do if not. */
export const checkCommand: CommandAction<[name: string | undefined, options: { readonly connect?: boolean }]> = async (
  shell,
  name,
  { connect = false },
) => {
  const config = await loadConfig(shell.cwd, shell.options.config);
  const feeds = feedsNamed(config, name);
  const [types, services] = await Promise.all([
    checkTypes(config.path, shell.signal),
    connect ? checkServices(config, feeds, shell.signal) : [],
  ]);
  const findings = [...types, ...checkFeeds(config, feeds), ...services];
  const has = (level: FeedFinding['level']): number => findings.filter((one) => one.level === level).length;
  const [errors, warnings] = [has('error'), has('warning')];
  const exitCode =
    errors > 0 ? EXIT.usage : warnings > 0 && shell.options.strict === true ? EXIT.attention : EXIT.success;

  shell.print(
    sentence(
      feeds.map((feed) => feed.name),
      errors,
      warnings,
      connect,
    ),
    '',
  );
  for (const finding of findings) shell.print(...linesOf(shell, finding));
  if (errors === 0 && !connect) shell.print('', 'Next: npx millrace check --connect');
  shell.emit({ exitCode, config: config.path, connected: connect, findings });
  return exitCode;
};

/** The answer first. */
function sentence(names: readonly string[], errors: number, warnings: number, connected: boolean): string {
  const who = names.length === 1 ? `Feed ${names[0]}` : `${countOf(names.length, 'feed')}`;
  const verb = names.length === 1 ? 'is' : 'are';
  const remarks = warnings === 0 ? '' : `, with ${countOf(warnings, 'warning')}`;
  if (errors > 0) return `${who} cannot run: ${countOf(errors, 'error')}${remarks}.`;
  return connected ? `${who} ${verb} ready to run${remarks}.` : `${who} ${verb} well-formed${remarks}.`;
}

const MARKS = { ok: '✓', warning: '!', error: '✗' } as const;
const STYLES = { ok: 'good', warning: 'warning', error: 'bad' } as const;

function linesOf(
  { paint, width }: Shell,
  { level, feed, subject, message, code, remedy }: FeedFinding,
): readonly string[] {
  const indent = '    ';
  const [first = '', ...rest] = message.split('\n');
  const head = `${feed === undefined ? '' : `${feed}  `}${printable(subject)}`;
  const text = `${head}  ${code === undefined ? '' : `${code} `}${printable(first)}`;
  const body = [
    ...wrap(text, width - indent.length),
    ...rest.map((line) => printable(line)),
    ...(remedy === undefined ? [] : wrap(`→ ${remedy}`, width - indent.length)),
  ];
  return body.map((line, at) => (at === 0 ? `  ${paint(STYLES[level], MARKS[level])} ${line}` : `${indent}${line}`));
}
