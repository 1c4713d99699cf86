import { countOf, table } from '@millrace/terminal';
import { feedsNamed } from '../config/choose-feed.ts';
import { loadConfig } from '../config/load-config.ts';
import { EXIT } from '../exit-code.ts';
import { parseCount } from '../objects/count-option.ts';
import { keptRejections, type KeptRejection, readableQuarantine, type RejectionFilter } from '../quarantine/kept.ts';
import type { CommandAction, Shell } from '../shell/shell.ts';

export interface QuarantineLsOptions extends RejectionFilter {
  readonly limit?: string;
}

/** Rows of a screen; a program can take more. */
const ROWS = 20;
const ROWS_JSON = 10_000;

/** `quarantine ls [FEED]`: which records were rejected, where and why. */
export const quarantineLs: CommandAction<[name: string | undefined, options: QuarantineLsOptions]> = async (
  shell,
  name,
  options,
) => {
  const json = shell.options.json === true;
  const limit = options.limit === undefined ? (json ? ROWS_JSON : ROWS) : parseCount('--limit', options.limit);
  const config = await loadConfig(shell.cwd, shell.options.config);
  const quarantine = readableQuarantine(config);
  const feeds = feedsNamed(config, name);
  const shown: KeptRejection[] = [];
  const codes = new Map<string, number>();
  const objects = new Set<string>();
  let total = 0;
  for await (const kept of keptRejections(quarantine, feeds, options)) {
    shell.signal.throwIfAborted();
    const { feed, code, item } = kept.rejection;
    total += 1;
    codes.set(code, (codes.get(code) ?? 0) + 1);
    objects.add(`${feed} ${item.id}`);
    if (shown.length < limit) shown.push(kept);
  }
  const exitCode = total > 0 && shell.options.strict === true ? EXIT.attention : EXIT.success;
  printList(shell, shown, { total, objects: objects.size, codes });
  shell.emit({
    exitCode,
    total,
    codes: Object.fromEntries(codes),
    rejections: shown.map(({ id, rejection }) => ({ id, ...withoutContent(rejection) })),
  });
  return exitCode;
};

interface Sums {
  readonly total: number;
  readonly objects: number;
  readonly codes: ReadonlyMap<string, number>;
}

function printList(shell: Shell, shown: readonly KeptRejection[], { total, objects, codes }: Sums): void {
  if (total === 0) {
    shell.print('Nothing is in the quarantine.');
    return;
  }
  const byCode = [...codes].toSorted(([, a], [, b]) => b - a).map(([code, number]) => `${number} ${code}`);
  const { width, color } = shell;
  const isOneFeed = new Set(shown.map(({ rejection }) => rejection.feed)).size === 1;
  shell.print(
    `${countOf(total, 'rejected record')} of ${countOf(objects, 'object')}: ${byCode.join(', ')}`,
    ...table(
      shown.map(({ id, rejection: { feed, item, line, ordinal, code, message } }) => [
        id,
        ...(isOneFeed ? [] : [feed]),
        item.uri,
        line === undefined ? `record ${ordinal}` : `line ${line}`,
        code,
        message,
      ]),
      { head: ['id', ...(isOneFeed ? [] : ['feed']), 'object', 'where', 'code', 'why'], width, color },
    ),
    ...(total > shown.length ? [`  … and ${countOf(total - shown.length, 'more record')}; --limit shows them`] : []),
    '',
    `Next: npx millrace quarantine show ${shown[0]?.id ?? ''}`,
  );
}

/** A list is shared more easily than a record: what a record holds is shown by `show` only. */
function withoutContent({ raw: _, value: __, details: ___, ...rest }: KeptRejection['rejection']): object {
  return rest;
}
