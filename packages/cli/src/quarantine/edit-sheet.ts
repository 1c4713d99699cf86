import { printable } from '@millrace/terminal';
import type { KeptRejection } from './kept.ts';

/** Rejected records as a text for an editor. */
export interface EditSheet {
  readonly text: string;
  /** Reads the text back: the records whose text was changed, by id. Records that were removed are not among them. */
  readonly changed: (edited: string) => ReadonlyMap<string, string>;
}

/** Only text can be edited: a record that could not be decoded is bytes. */
export function isEditable({ rejection: { raw, branch } }: KeptRejection): boolean {
  return typeof raw === 'string' && branch === '';
}

/** Writes each record below a line that tells its id and what is wrong with it. */
export function editSheet(records: readonly KeptRejection[]): EditSheet {
  const before = new Map(records.map(({ id, rejection }) => [id, String(rejection.raw)]));
  const mark = freeMark([...before.values()]);
  const head = [
    `${mark} Fix the records below, save the file and close the editor.`,
    `${mark} A record stays in the quarantine if you do not change it, or if you remove it. Keep these lines.`,
  ];
  const body = records.flatMap(({ id, rejection: { item, line, ordinal, code, message } }) => [
    '',
    `${mark} ${id} ${printable(item.uri)} ${line === undefined ? `record ${ordinal}` : `line ${line}`}: ${code} ${printable(message)}`,
    before.get(id)!,
  ]);
  return {
    text: `${[...head, ...body].join('\n')}\n`,
    changed: (edited) => changedRecords(edited, mark, before),
  };
}

/** A mark that no record's line begins with. */
function freeMark(texts: readonly string[]): string {
  let mark = '#:';
  while (texts.some((text) => text.split('\n').some((line) => line.startsWith(mark)))) mark = `#${mark}`;
  return mark;
}

function changedRecords(
  edited: string,
  mark: string,
  before: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const changed = new Map<string, string>();
  let id: string | undefined;
  let lines: string[] = [];
  const close = (): void => {
    const original = id === undefined ? undefined : before.get(id);
    if (id === undefined || original === undefined) return;
    const text = withoutBlankEnd(lines, original).join('\n');
    if (text !== original && text.trim() !== '') changed.set(id, text);
  };
  for (const line of edited.replaceAll('\r\n', '\n').split('\n')) {
    if (!line.startsWith(mark)) {
      lines.push(line);
      continue;
    }
    close();
    id = line.slice(mark.length).trim().split(' ', 1)[0];
    lines = [];
  }
  close();
  return changed;
}

/** Editors end files with a line feed, and the sheet has a blank line between records: neither is part of a record. */
function withoutBlankEnd(lines: readonly string[], original: string): readonly string[] {
  const least = original.split('\n').length;
  let end = lines.length;
  while (end > 0 && lines[end - 1] === '' && (end > least || original === '')) end -= 1;
  return lines.slice(0, end);
}
