import { isMillraceError, type RangeParser } from '@millrace/core';
import { isBlock, isPart, rejectedRecord } from '@millrace/core/plugin';
import type { Content } from '../content/inspect-content.ts';
import type { Oddity } from '../finding.ts';
import { stageContext } from '../stage-context.ts';

export interface FirstRecords {
  readonly records: readonly unknown[];
  /** Names of the parts that were begun, such as sheets. */
  readonly parts: readonly string[];
  /** Whether all records were seen. */
  readonly complete: boolean;
  readonly problem: Oddity | undefined;
}

const MOST_RECORDS = 5000;

/** Runs a parser that reads ranges until there are enough records, or the budget of bytes is spent. */
export async function firstRecords(
  parser: RangeParser<unknown>,
  content: Content,
  signal: AbortSignal,
): Promise<FirstRecords> {
  const records: unknown[] = [];
  const parts: string[] = [];
  const outcome = (complete: boolean, problem?: Oddity): FirstRecords => ({ records, parts, complete, problem });
  const ranges = {
    size: content.size ?? 0,
    read: async (start: number, length: number): Promise<Uint8Array> => {
      const bytes = await content.at(start, length);
      if (bytes === undefined) throw new OutOfBudget();
      return Uint8Array.from(bytes);
    },
  };
  try {
    const stage = await parser.open(ranges, { ...stageContext(content.name, signal), settled: 0 });
    for await (const output of stage.outputs() as AsyncIterable<unknown>) {
      for (const one of isBlock(output) ? output.records : [output]) {
        if (isPart(one)) parts.push(one.name);
        else if (rejectedRecord(one) === undefined) records.push(one);
        if (records.length >= MOST_RECORDS || parts.length > 1) return outcome(parts.length > 1);
      }
    }
    return outcome(true);
  } catch (error) {
    if (error instanceof OutOfBudget) return outcome(false);
    const code = isMillraceError(error) ? error.code : 'unreadable';
    return outcome(false, { code, message: error instanceof Error ? error.message : 'It cannot be read.' });
  }
}

class OutOfBudget extends Error {}
