import { type Explanation, explanationOf, isDifference } from './explanation.ts';
import { CATEGORIES, type Category, type Verdict } from './verdict.ts';

/** How many verdicts there are of each category, and how many differences are explained. */
export type CategoryCounts = Readonly<Record<Category | 'explained' | 'unexplained', number>>;

/** What a run found, in numbers and in what is to be looked at. */
export interface OracleSummary {
  readonly files: number;
  readonly totals: CategoryCounts;
  readonly byOracle: Readonly<Record<string, CategoryCounts>>;
  readonly byCorpus: Readonly<Record<string, CategoryCounts>>;
  readonly unexplained: readonly Verdict[];
  /** Explanations and how many verdicts each explains. */
  readonly explained: readonly (readonly [Explanation, number])[];
}

/** Counts verdicts by oracle and by the first folder of their paths. */
export function summarize(verdicts: readonly Verdict[], known: readonly Explanation[]): OracleSummary {
  const used = new Map<Explanation, number>();
  const unexplained: Verdict[] = [];
  for (const verdict of verdicts.filter(isDifference)) {
    const entry = explanationOf(verdict, known);
    if (entry === undefined) unexplained.push(verdict);
    else used.set(entry, (used.get(entry) ?? 0) + 1);
  }
  const isOpen = new Set(unexplained);
  const grouped = (keyOf: (verdict: Verdict) => string): Record<string, CategoryCounts> =>
    Object.fromEntries(
      [...Map.groupBy(verdicts, keyOf)]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, group]) => [key, countsOf(group, isOpen)]),
    );
  return {
    files: new Set(verdicts.map(({ file }) => file)).size,
    totals: countsOf(verdicts, isOpen),
    byOracle: grouped(({ oracle }) => oracle),
    byCorpus: grouped(({ file }) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : '.')),
    unexplained,
    explained: [...used].toSorted(([, a], [, b]) => b - a),
  };
}

function countsOf(verdicts: readonly Verdict[], unexplained: ReadonlySet<Verdict>): CategoryCounts {
  const counts = Object.fromEntries(
    CATEGORIES.map((category) => [category, verdicts.filter((verdict) => verdict.category === category).length]),
  ) as Record<Category, number>;
  const open = verdicts.filter((verdict) => unexplained.has(verdict)).length;
  return { ...counts, explained: verdicts.filter(isDifference).length - open, unexplained: open };
}

/** One line of text about a verdict that nothing explains, for people. */
export function describeVerdict({ file, oracle, category, ours, theirs, difference }: Verdict): string {
  const shown = (text: string | undefined): string => (text === undefined ? 'nothing' : text.slice(0, 300));
  const lines = [`${category} (${oracle}): ${file}`];
  if (ours.kind === 'refused') lines.push(`  Millrace: ${ours.code}: ${shown(ours.message)}`);
  if (theirs.kind === 'refused') lines.push(`  ${oracle}: ${theirs.code}: ${shown(theirs.message)}`);
  if (difference !== undefined) {
    lines.push(`  line ${difference.line}`);
    lines.push(`  Millrace: ${shown(difference.ours)}`, `  ${oracle}: ${shown(difference.theirs)}`);
  }
  return lines.join('\n');
}
