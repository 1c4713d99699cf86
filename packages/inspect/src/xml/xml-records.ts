import { isMillraceError } from '@millrace/core';
import { isBlock, rejectedRecord } from '@millrace/core/plugin';
import { parseXml } from '@millrace/xml';
import type { Oddity, XmlFinding } from '../finding.ts';
import { stageContext } from '../stage-context.ts';

export interface XmlRecords {
  readonly records: readonly unknown[];
  readonly rejections: readonly Oddity[];
}

const MOST_CHARS = 1024 * 1024;

/** Parses the records of a sample as a feed would. */
export async function xmlRecords(
  text: string,
  xml: XmlFinding,
  complete: boolean,
  signal: AbortSignal,
): Promise<XmlRecords> {
  const records: unknown[] = [];
  const rejections = new Map<string, { message: string; lines: number[]; count: number }>();
  const take = async (outputs: unknown): Promise<void> => {
    const list = isBlock(outputs) ? outputs.records : (outputs as AsyncIterable<unknown>);
    for await (const output of list) {
      if (isBlock(output)) await take(output);
      else addRecord(output);
    }
  };
  const addRecord = (output: unknown): void => {
    const bad = rejectedRecord(output);
    if (bad === undefined) {
      records.push(output);
      return;
    }
    const known = rejections.get(bad.code) ?? { message: bad.message, lines: [], count: 0 };
    known.count += 1;
    if (bad.line !== undefined && known.lines.length < 10) known.lines.push(bad.line);
    rejections.set(bad.code, known);
  };
  try {
    const parser = parseXml({ record: xml.record.value, arrays: [...xml.arrays], onMissing: 'skip', trim: true });
    const stage = parser.start(stageContext('sample', signal));
    await take(stage.push(text.slice(0, MOST_CHARS)));
    if (complete && text.length <= MOST_CHARS && stage.end !== undefined) await take(stage.end());
    await stage.close?.();
  } catch (error) {
    const code = isMillraceError(error) ? error.code : 'xml-unreadable';
    rejections.set(code, { message: 'The document cannot be read to its end.', lines: [], count: 1 });
  }
  return { records, rejections: [...rejections].map(([code, rest]) => ({ code, ...rest })) };
}
