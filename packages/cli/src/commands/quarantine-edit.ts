import { type Feed, MillraceError, replay, type Rejection, type ReplayReport } from '@millrace/core';
import { countOf } from '@millrace/terminal';
import { feedsNamed } from '../config/choose-feed.ts';
import { loadConfig } from '../config/load-config.ts';
import { EXIT } from '../exit-code.ts';
import { editSheet, isEditable } from '../quarantine/edit-sheet.ts';
import {
  keptRejections,
  type KeptRejection,
  namedRejections,
  readableQuarantine,
  type RejectionFilter,
} from '../quarantine/kept.ts';
import { editText } from '../quarantine/run-editor.ts';
import type { CommandAction } from '../shell/shell.ts';
import { printReplay, replayOptions } from './replay.ts';

export interface QuarantineEditOptions extends RejectionFilter {
  readonly feed?: string;
}

/** Records that a person edits at once. */
const MOST = 500;

/** `quarantine edit [RECORD…]`: fixes the text of rejected records in an editor, and replays those that were changed. */
export const quarantineEdit: CommandAction<[words: readonly string[], options: QuarantineEditOptions]> = async (
  shell,
  words,
  options,
) => {
  const config = await loadConfig(shell.cwd, shell.options.config);
  const quarantine = readableQuarantine(config);
  const feeds = feedsNamed(config, options.feed);
  const kept = keptRejections(quarantine, feeds, options);
  const chosen = words.length > 0 ? await namedRejections(kept, words) : await first(kept);
  const editable = chosen.filter((one) => isEditable(one));
  if (editable.length < chosen.length) {
    shell.remark(
      `${countOf(chosen.length - editable.length, 'record')} cannot be edited: bytes, or a branch of a record.`,
    );
  }
  if (editable.length === 0) {
    shell.print('Nothing is in the quarantine to edit.');
    shell.emit({ exitCode: EXIT.success, dryRun: false, total: 0, reports: [] });
    return EXIT.success;
  }
  const sheet = editSheet(editable);
  const changed = sheet.changed(await editText(sheet.text, shell.env));
  const reports: ReplayReport[] = [];
  for (const feed of feeds) {
    const fixed = editable.flatMap((one) => fixedRecord(one, feed, changed));
    if (fixed.length > 0) reports.push(await replay(feed, fixed, replayOptions(shell, config)));
  }
  if (reports.length === 0) shell.remark('No record was changed.');
  return printReplay(shell, reports);
};

async function first(kept: AsyncIterable<KeptRejection>): Promise<readonly KeptRejection[]> {
  const found: KeptRejection[] = [];
  for await (const one of kept) {
    if (found.push(one) <= MOST) continue;
    throw new MillraceError(
      'CLI_REJECTIONS_TOO_MANY',
      `There are more than ${MOST} rejected records, too many to edit. Choose some with --code, --source or their ids, or fix the ` +
        'feed and run `millrace replay`.',
    );
  }
  return found;
}

/** Without its value, so that nothing but the edited text can be delivered. */
function fixedRecord(
  { id, rejection }: KeptRejection,
  feed: Feed<unknown>,
  changed: ReadonlyMap<string, string>,
): readonly Rejection[] {
  const raw = changed.get(id);
  if (raw === undefined || rejection.feed !== feed.name) return [];
  const { value: _, ...rest } = rejection;
  return [{ ...rest, raw }];
}
