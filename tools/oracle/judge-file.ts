import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { carry } from './carry.ts';
import type { Dialect } from './dialect.ts';
import { type Facts, type Judge, judgesOf } from './judge.ts';
import type { PythonSession } from './python-session.ts';
import { categoryOf, type LineDifference, type Verdict } from './verdict.ts';

const HEAD_BYTES = 64 * 1024;

/** The name of a file beside a CSV or text file that says how to read it, as JSON of `Dialect`. */
export const DIALECT_SUFFIX = '.dialect.json';

export interface JudgeFileOptions {
  readonly folder: string;
  readonly session: PythonSession;
  /** A folder for what is compared line by line. */
  readonly scratch: string;
  /** Judges only by these. @default all that apply */
  readonly oracles?: readonly string[];
}

/** Has a file judged by all of its oracles. */
export async function judgeFile(file: string, options: JudgeFileOptions): Promise<readonly Verdict[]> {
  const path = join(options.folder, file);
  const judges = judgesOf(path, headOf(path), dialectOf(path));
  const asked = options.oracles ?? [];
  const verdicts: Verdict[] = [];
  let facts: Facts = {};
  for (const judge of judges) {
    const isAsked = asked.length === 0 || asked.includes(judge.oracle);
    // DuckDB must be given what Python's csv found out.
    if (!isAsked && judge.oracle !== 'csv') continue;
    const theirs = await options.session.read({ oracle: judge.oracle, path, options: judge.options(facts) });
    if (theirs.kind === 'read') facts = { ...facts, ...theirs.facts };
    if (!isAsked) continue;
    const ours = await carry(path, judge.ours(facts), { isSorted: judge.isSorted ?? false });
    const category = categoryOf(ours, theirs);
    const difference = category === 'different' ? await differenceOf(path, judge, facts, options) : undefined;
    verdicts.push({ file, oracle: judge.oracle, category, ours, theirs, difference });
  }
  return verdicts;
}

/** Reads the file once more on both sides, into files, and finds the first line that differs. */
async function differenceOf(
  path: string,
  judge: Judge,
  facts: Facts,
  { session, scratch }: JudgeFileOptions,
): Promise<LineDifference> {
  const [our, their] = [join(scratch, 'ours'), join(scratch, 'theirs')];
  await carry(path, judge.ours(facts), { isSorted: judge.isSorted ?? false, dump: our });
  await session.read({ oracle: judge.oracle, path, options: judge.options(facts), dump: their });
  const [ours, theirs] = [linesOf(our), linesOf(their)];
  const count = Math.max(ours.length, theirs.length);
  let at = 0;
  while (at < count && ours[at] === theirs[at]) at += 1;
  return { line: at + 1, ours: ours[at], theirs: theirs[at] };
}

function linesOf(path: string): readonly string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}

function headOf(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, readSync(file, head, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
}

function dialectOf(path: string): Dialect | undefined {
  try {
    return JSON.parse(readFileSync(`${path}${DIALECT_SUFFIX}`, 'utf8')) as Dialect;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
