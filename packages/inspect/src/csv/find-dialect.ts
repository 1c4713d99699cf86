import { type Guess, guess } from '../guess.ts';
import { linesOf } from '../text/lines-of.ts';
import { dateShape } from '../types/date-shape.ts';
import { cellScore } from './cell-score.ts';
import { type SampleRow, splitRows } from './split-rows.ts';

export interface Dialect {
  readonly delimiter: Guess<string>;
  readonly quote: string;
  readonly escape: string;
  readonly comment: string;
  /** Fields that most rows have. */
  readonly width: number;
  /** How well it fits, from 0 to 1. */
  readonly score: number;
}

const DELIMITERS: readonly string[] = [',', ';', '\t', '|', ':', ' ', '^', '~', '\u0001', '\u001f'];
/** How far a delimiter is believed: a space or colon is also part of text. */
const WEIGHTS: ReadonlyMap<string, number> = new Map([
  [':', 0.6],
  [' ', 0.7],
  ['^', 0.95],
  ['~', 0.9],
]);
const SAMPLE_CHARS = 192 * 1024;
const SAMPLE_ROWS = 2000;

interface Scored {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  readonly width: number;
  readonly score: number;
}

/** Finds how rows of a text are cut into fields; `undefined` if no delimiter fits at all. */
export function findDialect(text: string, complete: boolean): Dialect | undefined {
  const sample = text.slice(0, SAMPLE_CHARS);
  const whole = complete && sample.length === text.length;
  const comment = commentOf(sample);
  const scored = DELIMITERS.filter((delimiter) => sample.includes(delimiter))
    .map((delimiter) => scoreDelimiter(sample, whole, delimiter, comment))
    .toSorted((left, right) => right.score - left.score);
  const [best, next] = scored;
  if (best === undefined || best.width < 2 || isOneColumn(sample, whole, best.delimiter)) return undefined;
  const rival = next === undefined || next.width < 2 ? 0 : next.score;
  const confidence = best.score * (1 - (rival / best.score) ** 3 * 0.6);
  return {
    delimiter: guess(best.delimiter, confidence, next?.delimiter, rival * 0.5),
    quote: best.quote,
    escape: best.escape,
    comment,
    width: best.width,
    score: best.score,
  };
}

/** Whether spaces or colons are parts of dates and times, one to a line. */
function isOneColumn(sample: string, whole: boolean, delimiter: string): boolean {
  if (!WEIGHTS.has(delimiter)) return false;
  const lines = linesOf(sample, whole, SAMPLE_ROWS).filter((line) => line.trim() !== '');
  const values = (lines.length > 1 ? lines.slice(1) : lines).map((line) => line.trim());
  return dateShape(values) !== undefined;
}

function scoreDelimiter(sample: string, whole: boolean, delimiter: string, comment: string): Scored {
  const { quote, escape } = quoteOf(sample, delimiter);
  const rows = splitRows(sample, { delimiter, quote, escape, comment }, whole, SAMPLE_ROWS);
  const width = usualWidth(rows);
  return { delimiter, quote, escape, width, score: scoreRows(rows, width) * (WEIGHTS.get(delimiter) ?? 1) };
}

/** How many fields most rows have; of several numbers that are about as usual, the largest. */
export function usualWidth(rows: readonly SampleRow[]): number {
  const counts = new Map<number, number>();
  for (const { fields } of rows) counts.set(fields.length, (counts.get(fields.length) ?? 0) + 1);
  let best = 1;
  let most = 0;
  for (const [width, count] of counts) {
    if (count > most || (count === most && width > best)) [best, most] = [width, count];
  }
  return best;
}

function scoreRows(rows: readonly SampleRow[], width: number): number {
  if (rows.length === 0 || width < 2) return 0;
  // Lines before the table count little: a title or a remark is not a row.
  const first = rows.findIndex(({ fields }) => fields.length === width);
  const table = rows.slice(first);
  const even = table.filter(({ fields }) => fields.length === width);
  const consistency = even.length / (table.length + first * 0.3);
  let [sum, cells, stray, quoted] = [0, 0, 0, 0];
  for (const row of even.slice(0, 400)) {
    for (const field of row.fields.slice(0, 100)) {
      sum += cellScore(field);
      cells += 1;
    }
    stray += row.stray;
    quoted += row.quoted;
  }
  const placed = stray === 0 ? 1 : (quoted + 0.5 * cells) / (quoted + 0.5 * cells + 2 * stray);
  const many = 1 - 0.5 / width;
  const enough = even.length === 1 ? 0.7 : 1;
  return consistency ** 1.5 * (sum / cells) * many ** 0.25 * placed * enough;
}

/** The quote that begins and ends fields, if any does. */
function quoteOf(sample: string, delimiter: string): { readonly quote: string; readonly escape: string } {
  const found = ['"', "'"].map((quote) => ({ quote, ...countQuotes(sample, delimiter, quote) }));
  const [double, single] = found as [(typeof found)[0], (typeof found)[0]];
  if (single.opening >= 2 && single.opening > 3 * double.opening && single.opening >= 0.8 * single.inside) {
    return { quote: "'", escape: escapeOf(sample, "'") };
  }
  // Quotes that only stand inside of fields, such as inches, are text.
  if (double.opening === 0 && double.inside > 0) return { quote: '', escape: '' };
  return { quote: '"', escape: escapeOf(sample, '"') };
}

function countQuotes(
  sample: string,
  delimiter: string,
  quote: string,
): { readonly opening: number; readonly inside: number } {
  let [opening, inside] = [0, 0];
  for (let at = sample.indexOf(quote); at !== -1; at = sample.indexOf(quote, at + 1)) {
    const before = at === 0 ? '\n' : sample[at - 1]!;
    const behind = sample[at + 1] ?? '\n';
    const isEdge = (character: string): boolean => character === delimiter || character === '\n' || character === '\r';
    if (isEdge(before)) {
      // One that opens a field must also be closed before a delimiter or line end.
      const close = closingQuote(sample, at + 1, quote, isEdge);
      if (close) opening += 1;
      else inside += 1;
    } else if (!isEdge(behind) && behind !== quote && before !== quote && before !== '\\') inside += 1;
  }
  return { opening, inside };
}

function closingQuote(sample: string, from: number, quote: string, isEdge: (character: string) => boolean): boolean {
  let tries = 0;
  for (let at = sample.indexOf(quote, from); at !== -1 && tries < 40; at = sample.indexOf(quote, at + 1)) {
    if (isEdge(sample[at + 1] ?? '\n')) return true;
    tries += 1;
  }
  return false;
}

function escapeOf(sample: string, quote: string): string {
  const slashes = sample.split(`\\${quote}`).length - 1;
  if (slashes === 0) return quote;
  const doubled = sample.split(`${quote}${quote}`).length - 1;
  return slashes > doubled ? '\\' : quote;
}

/** The character that begins comments: at the head of the text, and on no line that has as many fields as others. */
function commentOf(sample: string): string {
  const lines = sample.split('\n', 400);
  for (const character of ['#', '%']) {
    const marked = lines.filter((line) => line.startsWith(character)).length;
    const others = lines.filter((line) => line.trim() !== '' && !line.startsWith(character));
    if (marked === 0 || others.length === 0) continue;
    if (lines[0]!.startsWith(character) && marked < Math.max(2, others.length * 3))
      return isHeaderMark(lines) ? '' : character;
    const share = marked / lines.length;
    if (share < 0.2 && lines.some((line) => line.startsWith(`${character} `))) return character;
  }
  return '';
}

/** A header may begin with a mark: `#id;name` above rows of two fields. */
function isHeaderMark([first = '', second = '', third = '']: readonly string[]): boolean {
  if (/^[#%]\s/.test(first) || /^[#%]/.test(second)) return false;
  return DELIMITERS.slice(0, 4).some((delimiter) => {
    const width = first.split(delimiter).length;
    return width > 1 && second.split(delimiter).length === width && third.split(delimiter).length === width;
  });
}
