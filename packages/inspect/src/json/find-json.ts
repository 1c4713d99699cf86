import type { FileFormat, JsonFinding, Oddity } from '../finding.ts';
import { type Guess, guess } from '../guess.ts';
import { linesOf } from '../text/lines-of.ts';
import { recordPaths } from './record-paths.ts';

export interface FoundJson {
  readonly format: Guess<FileFormat>;
  readonly json?: JsonFinding;
  /** Records that were seen whole. */
  readonly records: readonly unknown[];
  readonly oddities: readonly Oddity[];
}

const MOST_LINES = 20_000;
const SEPARATOR = '\u001e';

/** Finds JSON in any of its arrangements; `undefined` if the text is not JSON. */
export function findJson(text: string, complete: boolean): FoundJson | undefined {
  const start = text.trimStart();
  if (start.startsWith(SEPARATOR)) return sequence(start, complete);
  if (!/^[[{]/.test(start)) return undefined;
  return lines(text, complete) ?? document(start, complete);
}

function sequence(text: string, complete: boolean): FoundJson | undefined {
  const texts = text.split(SEPARATOR).slice(1);
  if (!complete) texts.pop();
  const values = texts.map(parsed);
  const good = values.filter((value) => value !== undefined);
  if (good.length < values.length * 0.8) return undefined;
  return { format: guess<FileFormat>('json-seq', 0.98), records: good, oddities: [] };
}

/** Whether each line is a value of its own. */
function lines(text: string, complete: boolean): FoundJson | undefined {
  const all = linesOf(text, complete, MOST_LINES);
  const filled = all.map((line, index) => ({ line, number: index + 1 })).filter(({ line }) => line.trim() !== '');
  if (filled.length < 2) return undefined;
  const values = filled.map(({ line, number }) => ({ value: parsed(line), number }));
  const good = values.filter(({ value }) => typeof value === 'object' && value !== null);
  if (good.length < 2 || good.length < filled.length * 0.8) return undefined;
  const bad = values.filter(({ value }) => value === undefined).map(({ number }) => number);
  const oddities =
    bad.length === 0
      ? []
      : [{ code: 'line-not-json', message: 'Lines are not JSON.', lines: bad.slice(0, 10), count: bad.length }];
  const confidence = bad.length === 0 ? 0.99 : 0.92;
  return {
    format: guess<FileFormat>('ndjson', confidence, 'json', 0.05),
    records: good.map(({ value }) => value),
    oddities,
  };
}

function document(text: string, complete: boolean): FoundJson | undefined {
  const found = recordPaths(text, complete);
  if (found === undefined) return undefined;
  const { candidates, concatenated, valid } = found;
  const [best, next] = candidates;
  const path =
    best === undefined ? guess('', 0.8) : guess(best.path, best.confidence, next?.path, next?.confidence ?? 0);
  const isLine = complete && !concatenated && text.startsWith('{') && !text.trimEnd().includes('\n');
  const format = isLine
    ? guess<FileFormat>('json', 0.8, 'ndjson', 0.4)
    : guess<FileFormat>('json', valid ? 0.99 : 0.85, 'ndjson', 0.02);
  const oddities = valid ? [] : [{ code: 'json-invalid', message: 'The document is not valid JSON, or ends early.' }];
  return { format, json: { path, concatenated }, records: best?.records ?? [], oddities };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
