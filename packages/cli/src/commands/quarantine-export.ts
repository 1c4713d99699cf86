import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { countOf } from '@millrace/terminal';
import { chooseFeed } from '../config/choose-feed.ts';
import { loadConfig } from '../config/load-config.ts';
import { EXIT } from '../exit-code.ts';
import { exportRecords } from '../quarantine/export-records.ts';
import { keptRejections, type KeptRejection, readableQuarantine, type RejectionFilter } from '../quarantine/kept.ts';
import type { CommandAction } from '../shell/shell.ts';

export interface QuarantineExportOptions extends RejectionFilter {
  readonly output?: string;
}

/** `quarantine export [FEED]`: rejected records in the supplier's own format, and why each was rejected. */
export const quarantineExport: CommandAction<[name: string | undefined, options: QuarantineExportOptions]> = async (
  shell,
  name,
  options,
) => {
  const config = await loadConfig(shell.cwd, shell.options.config);
  const feed = chooseFeed(config, name);
  const kept: KeptRejection[] = [];
  for await (const one of keptRejections(readableQuarantine(config), [feed], options)) {
    shell.signal.throwIfAborted();
    kept.push(one);
  }
  const { records, reasons } = exportRecords(kept);
  const { output } = options;
  if (output === undefined) {
    shell.print(records.replace(/\n$/, ''));
    shell.emit({ exitCode: EXIT.success, total: kept.length, records, reasons });
    return EXIT.success;
  }
  const path = resolve(shell.cwd, output);
  const reasonsPath = `${path}.reasons.csv`;
  await writeFile(path, records);
  await writeFile(reasonsPath, reasons);
  shell.print(`${countOf(kept.length, 'record')} in ${path}`, `why, row by row: ${reasonsPath}`);
  shell.emit({ exitCode: EXIT.success, total: kept.length, output: path, reasonsOutput: reasonsPath });
  return EXIT.success;
};
