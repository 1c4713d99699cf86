import type { ColumnFinding, ColumnKind } from '../finding.ts';
import { atMost, type Guess, guess } from '../guess.ts';
import { dateShape } from './date-shape.ts';
import { isNumeric, numberShape } from './number-shape.ts';

/** Texts that mean that there is no value, if all others in their column are of a type. */
const NULLS: ReadonlySet<string> = new Set([
  'NA', 'N/A', 'n/a', '#N/A', 'NULL', 'null', 'Null', 'None', 'NaN', 'nan', 'NAN', '-', '--', '.', '?', '\\N', 'nil', '*', '#N/A!', '<NA>', 'NaT',
]); // prettier-ignore
const BOOLEAN = /^(?:true|false)$/i;
/** Values that are looked at for a type that must hold for all of them. */
const MOST_VALUES = 50_000;
const MOST_DISTINCT = 20;
/** Share of values of another type that may be mistakes. */
const MISTAKES = 0.02;

/** What a column of texts is, by the values that were seen. */
export interface ColumnEvidence {
  readonly finding: Omit<ColumnFinding, 'name'>;
  /** Indexes of values that are not of the type that nearly all others are of. */
  readonly strangers: readonly number[];
  readonly almost: ColumnKind | undefined;
}

/** Finds the type that all values of a column have; `complete` says whether there are no others. */
export function columnType(values: readonly string[], complete: boolean): ColumnEvidence {
  const seen = values.length > MOST_VALUES ? values.slice(0, MOST_VALUES) : values;
  const trimmed = seen.map((value) => value.trim());
  const filled = trimmed.filter((value) => value !== '');
  const distinct = new Set(filled);
  const empty = trimmed.length - filled.length;
  const unique = distinct.size === filled.length && empty === 0 && filled.length > 1;
  const nulls = [...distinct].filter((value) => NULLS.has(value));
  const valued = nulls.length === 0 ? filled : filled.filter((value) => !NULLS.has(value));
  const sure = certainty(valued.length, complete);
  const common = {
    nullable: empty > 0,
    empty,
    unique,
    nulls: [] as readonly string[],
    ...(distinct.size <= MOST_DISTINCT && filled.length >= 3 * distinct.size && { values: [...distinct].toSorted() }),
  };
  if (filled.length === 0) {
    return { finding: { ...common, type: guess('empty', sure), nullable: true }, strangers: [], almost: undefined };
  }
  const typed = valued.length > 0 ? typeOfAll(valued, sure) : undefined;
  if (typed !== undefined && typed.type.value !== 'text') {
    const withNulls = nulls.length === 0 ? typed : { ...typed, type: atMost(typed.type, nullLimit(nulls)) };
    return {
      finding: { ...common, ...withNulls, nulls, nullable: empty > 0 || nulls.length > 0 },
      strangers: [],
      almost: undefined,
    };
  }
  if (typed !== undefined) return { finding: { ...common, ...typed, nulls: [] }, strangers: [], almost: undefined };
  const { kind, strangers } = nearly(trimmed);
  const type =
    kind === undefined
      ? guess<ColumnKind>('text', textCertainty(valued, complete))
      : guess<ColumnKind>('text', 0.75, kind, 0.5);
  return { finding: { ...common, type }, strangers, almost: kind };
}

/** The confidence in a type that all of these values have, given that more values may follow. */
function certainty(count: number, complete: boolean): number {
  if (complete) return count === 0 ? 0.8 : 1 - 0.35 * 0.8 ** count;
  return Math.min(0.89, 1 - 0.4 * 0.9 ** count);
}

function textCertainty(values: readonly string[], complete: boolean): number {
  const words = values.filter((value) => !isNumeric(value) && /\p{L}{2}/u.test(value)).length;
  return words > 0 ? 0.99 : values.length === 0 ? 0.6 : complete ? 0.9 : 0.85;
}

/** Some texts always mean nothing; others, such as a period, only as a rule. */
function nullLimit(nulls: readonly string[]): number {
  return nulls.every((one) => /^(?:#?N\/?A|n\/a|null|nan|none|<NA>|NaT|\\N)$/i.test(one)) ? 0.97 : 0.88;
}

function typeOfAll(
  values: readonly string[],
  sure: number,
): Pick<ColumnFinding, 'type' | 'format' | 'decimal' | 'thousands' | 'large' | 'leadingZeros'> | undefined {
  if (values.every((value) => BOOLEAN.test(value))) return { type: guess('boolean', sure) };
  const number = numberShape(values);
  if (number !== undefined) {
    const { kind, decimal, thousands, ambiguous, large, leadingZeros } = number;
    if (leadingZeros && kind === 'integer' && thousands === undefined) return zeros(values, sure);
    const limit = ambiguous ? 0.65 : 1;
    return {
      type: guess(
        kind,
        Math.min(sure, limit),
        ambiguous ? (kind === 'integer' ? 'decimal' : 'integer') : 'text',
        ambiguous ? 0.3 : 1 - sure,
      ),
      ...(decimal !== undefined && { decimal }),
      ...(thousands !== undefined && { thousands }),
      ...(large && { large }),
    };
  }
  const date = dateShape(values);
  if (date === undefined) return undefined;
  const format: Guess<string> = guess(
    date.format,
    date.other === undefined ? sure : Math.min(sure, 0.6),
    date.other,
    0.4,
  );
  return { type: guess(date.kind, sure, 'text', 1 - sure), format };
}

/** Integers with leading zeros are codes, and stay text. */
function zeros(values: readonly string[], sure: number): Pick<ColumnFinding, 'type' | 'leadingZeros'> {
  const padded = values.filter((value) => /^0\d/.test(value)).length;
  const width = values[0]!.length;
  const isCode = values.every((value) => value.length === width) || padded > 1;
  return { type: guess('text', isCode ? Math.max(sure, 0.9) : 0.8, 'integer', 0.3), leadingZeros: true };
}

/** The type that nearly all values have, and where the others are. */
function nearly(values: readonly string[]): {
  readonly kind: ColumnKind | undefined;
  readonly strangers: readonly number[];
} {
  const strangers: number[] = [];
  let filled = 0;
  for (const [index, value] of values.entries()) {
    if (value === '') continue;
    filled += 1;
    if (!isNumeric(value) && !NULLS.has(value)) strangers.push(index);
  }
  const isNumber = strangers.length > 0 && filled >= 20 && strangers.length <= Math.max(1, filled * MISTAKES);
  return isNumber ? { kind: 'decimal', strangers } : { kind: undefined, strangers: [] };
}
