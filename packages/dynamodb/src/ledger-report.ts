import { errorFromJson, type ItemReport } from '@millrace/core';

/** Of the 400 KB that an item may have, what the report may take. Object, origin and the like have the rest. */
const MAX_REPORT_BYTES = 300 * 1024;

/** What is left of a text that is too long, in UTF-16 code units. */
const SHORT_TEXT = 5_000;

/** What is left of a list of counts that is too long. */
const COUNTS_KEPT = 100;

/** Name of the sum of omitted counts. */
const OTHERS = '(others)';

/** A report in the form that JSON has. */
interface PlainReport extends Omit<ItemReport, 'error'> {
  readonly error?: PlainError;
}

interface PlainError {
  readonly code: string;
  readonly message: string;
  readonly stage?: string;
  readonly item?: string;
  readonly ordinal?: number;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: string;
}

/**
 * The report as JSON. Where it is too large for an entry it is cut, first what helps least: the error's details, then its
 * long texts, then all but the most frequent of many counts, whose sum stays. The totals are never touched.
 */
export function reportToText(report: ItemReport): string {
  const { error, ...rest } = report;
  let plain: PlainReport = { ...rest, ...(error && { error: error.toJSON() as unknown as PlainError }) };
  let text = '';
  for (const cut of [whole, withoutDetails, withShortTexts, withFewCounts]) {
    plain = cut(plain);
    text = json(plain) ?? text;
    if (text !== '' && Buffer.byteLength(text) <= MAX_REPORT_BYTES) break;
  }
  return text;
}

/** The report that {@link reportToText} made a text of. The causes of its error come back as one, which names them. */
export function reportFromText(text: string): ItemReport {
  const { error, ...report } = JSON.parse(text) as PlainReport;
  if (error === undefined) return report;
  return { ...report, error: errorFromJson({ ...error }) };
}

/** Details are anyone's; `undefined` where they cannot be had as JSON, as when they contain themselves. */
function json(report: PlainReport): string | undefined {
  try {
    return JSON.stringify(report, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  } catch {
    return undefined;
  }
}

function whole(report: PlainReport): PlainReport {
  return report;
}

function withoutDetails(report: PlainReport): PlainReport {
  const { error } = report;
  if (error?.details === undefined) return report;
  return { ...report, error: { ...error, details: { omitted: 'The ledger cannot keep these details.' } } };
}

function withShortTexts(report: PlainReport): PlainReport {
  const { error } = report;
  if (error === undefined) return report;
  const { message, cause } = error;
  return {
    ...report,
    error: { ...error, message: short(message), ...(cause === undefined ? {} : { cause: short(cause) }) },
  };
}

function withFewCounts(report: PlainReport): PlainReport {
  const counters = Object.entries(report.counters).map(([stage, counts]) => [stage, few(counts)] as const);
  return { ...report, rejections: few(report.rejections), counters: Object.fromEntries(counters) };
}

function short(text: string): string {
  return text.length <= SHORT_TEXT ? text : `${text.slice(0, SHORT_TEXT).toWellFormed()}…`;
}

function few(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const all = Object.entries(counts).toSorted(([, left], [, right]) => right - left);
  if (all.length <= COUNTS_KEPT) return counts;
  const others = all.slice(COUNTS_KEPT).reduce((sum, [, count]) => sum + count, 0);
  return Object.fromEntries([...all.slice(0, COUNTS_KEPT), [OTHERS, others]]);
}
