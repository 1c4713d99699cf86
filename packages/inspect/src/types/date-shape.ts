/** How dates, times or timestamps of a column are written. */
export interface DateShape {
  readonly kind: 'date' | 'time' | 'timestamp';
  readonly format: string;
  /** Another format that fits all values as well. */
  readonly other: string | undefined;
}

const MONTHS: readonly string[] = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** The forms of a date; each is whole but for a time after it. */
const DATES: readonly (readonly [form: string, pattern: RegExp])[] = [
  ['ymd', /^(?<year>\d{4})(?<sep>[-/. ])(?<a>\d{1,2})\k<sep>(?<b>\d{1,2})(?!\d)/],
  ['xy', /^(?<a>\d{1,2})(?<sep>[-/. ])(?<b>\d{1,2})\k<sep>(?<year>\d{4}|\d{2})(?!\d)/],
  ['dMy', /^(?<a>\d{1,2})(?<sep>[-/. ])(?<name>[A-Za-z]{3,9})\.?\k<sep>(?<year>\d{4}|\d{2})(?!\d)/],
  ['Mdy', /^(?<name>[A-Za-z]{3,9})\.?(?<sep>[-/. ])(?<a>\d{1,2})(?<comma>,?)[-/. ](?<year>\d{4})(?!\d)/],
  ['wMdy', /^(?<day>[A-Z][a-z]{2}),? (?<name>[A-Za-z]{3,9})\.? (?<a>\d{1,2}) (?<year>\d{4})(?!\d)/],
  ['yMd', /^(?<year>\d{4})(?<sep>[-/. ])(?<name>[A-Za-z]{3,9})\.?\k<sep>(?<a>\d{1,2})(?!\d)/],
];
const TIME =
  /^(?<gap>T| {1,2}|, )?(?<hour>\d{1,2}):(?<minute>\d\d)(?::(?<second>\d\d)(?<fraction>[.,]\d{1,9})?)?(?: ?(?<half>[AaPp][Mm]))?(?<zone> ?(?:Z|UTC|GMT|[+-]\d\d(?::?\d\d)?))?$/;

interface DateParts {
  readonly form: string;
  readonly separator: string;
  readonly yearDigits: number;
  /** Orders in which the two numbers may be month and day. */
  readonly orders: readonly ('md' | 'dm')[];
  readonly padded: boolean;
  /** Whether a number below ten is written in one digit, which tells that they are not padded. */
  readonly single: boolean;
  readonly monthName: 'MMM' | 'MMMM' | undefined;
  readonly time: TimeParts | undefined;
}

interface TimeParts {
  readonly pattern: string;
  readonly isValid: boolean;
}

/** The one format in which all texts are dates, times or timestamps; `undefined` if there is none. */
export function dateShape(texts: readonly string[]): DateShape | undefined {
  if (texts.length === 0 || !/\d/.test(texts[0]!)) return undefined;
  const times = every(texts, (text) => timeOf(text));
  if (times !== undefined) return timeShape(times);
  const parts = every(texts, dateParts);
  if (parts === undefined) return undefined;
  const [first] = parts;
  const isUniform = parts.every(
    (one) =>
      one.form === first!.form &&
      one.separator === first!.separator &&
      one.yearDigits === first!.yearDigits &&
      (one.time === undefined) === (first!.time === undefined),
  );
  if (!isUniform) return undefined;
  const orders = (['md', 'dm'] as const).filter((order) => parts.every((one) => one.orders.includes(order)));
  if (orders.length === 0) return undefined;
  const preferred = first!.separator === '.' || first!.form === 'dMy' ? orders.toReversed() : orders;
  const formats = preferred.map((order) => formatOf(parts, order));
  const kind = first!.time === undefined ? 'date' : 'timestamp';
  return { kind, format: formats[0]!, other: formats[1] === formats[0] ? undefined : formats[1] };
}

function every<T>(texts: readonly string[], read: (text: string) => T | undefined): readonly T[] | undefined {
  const found: T[] = [];
  for (const text of texts) {
    const one = read(text);
    if (one === undefined) return undefined;
    found.push(one);
  }
  return found;
}

function timeShape(times: readonly TimeParts[]): DateShape | undefined {
  return times.every(({ isValid }) => isValid) ? { kind: 'time', format: longest(times), other: undefined } : undefined;
}

function timeOf(text: string): TimeParts | undefined {
  const groups = TIME.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { gap = '', hour = '', minute = '', second, fraction, half, zone } = groups;
  const isValid = Number(hour) < (half === undefined ? 25 : 13) && Number(minute) < 60 && Number(second ?? 0) < 61;
  if (!isValid) return undefined;
  const hours = hour.length === 1 ? 'H' : 'HH';
  const digits = fraction === undefined ? '' : `.${'S'.repeat(fraction.length - 1)}`;
  const seconds = second === undefined ? '' : `:ss${digits}`;
  const offset = zone === undefined ? '' : zone.startsWith(' ') ? ' Z' : 'Z';
  const pattern = `${gap}${half === undefined ? hours : 'h'}:mm${seconds}${half === undefined ? '' : ' A'}${offset}`;
  return { pattern, isValid };
}

function dateParts(text: string): DateParts | undefined {
  if (text.length < 6 || text.length > 40) return undefined;
  for (const [form, pattern] of DATES) {
    const match = pattern.exec(text);
    if (match?.groups === undefined) continue;
    const { year = '', a = '', b, name, sep = ' ', comma } = match.groups;
    const rest = text.slice(match[0].length);
    const time = rest === '' ? undefined : timeOf(rest);
    if (rest !== '' && (time === undefined || !/^(?:T| |, )/.test(rest))) return undefined;
    const month = name === undefined ? undefined : MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
    if (month === 0) return undefined;
    const orders = ordersOf(form, year, a, b, month);
    if (orders.length === 0) return undefined;
    const numbers = b === undefined ? [a] : [a, b];
    return {
      form: comma === ',' ? `${form},` : form,
      separator: sep,
      yearDigits: year.length,
      orders,
      padded: numbers.some((one) => one.startsWith('0')),
      single: numbers.some((one) => one.length === 1),
      monthName: name === undefined ? undefined : name.length > 3 ? 'MMMM' : 'MMM',
      time,
    };
  }
  return undefined;
}

function ordersOf(
  form: string,
  yearText: string,
  a: string,
  b: string | undefined,
  named: number | undefined,
): readonly ('md' | 'dm')[] {
  const year = Number(yearText) + (yearText.length === 2 ? 2000 : 0);
  const exists = (month: number, day: number): boolean => {
    const date = new Date(Date.UTC(2000, month - 1, day));
    date.setUTCFullYear(year, month - 1, day);
    return month >= 1 && month <= 12 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  };
  if (named !== undefined) return exists(named, Number(a)) ? ['md'] : [];
  const orders: ('md' | 'dm')[] = [];
  if (exists(Number(a), Number(b))) orders.push('md');
  if (form !== 'ymd' && exists(Number(b), Number(a))) orders.push('dm');
  return orders;
}

function formatOf(parts: readonly DateParts[], order: 'md' | 'dm'): string {
  const { form, separator, yearDigits, time } = parts[0]!;
  const single = parts.some((one) => one.single);
  const [month, day] = single ? ['M', 'D'] : ['MM', 'DD'];
  const name = parts.some(({ monthName }) => monthName === 'MMMM') ? 'MMMM' : 'MMM';
  const year = yearDigits === 2 ? 'YY' : 'YYYY';
  const date = ((): string => {
    switch (form.replace(',', '')) {
      case 'ymd':
        return [year, month, day].join(separator);
      case 'xy':
        return [...(order === 'md' ? [month, day] : [day, month]), year].join(separator);
      case 'dMy':
        return [day, name, year].join(separator);
      case 'yMd':
        return [year, name, day].join(separator);
      case 'wMdy':
        return `ddd ${name} ${day} ${year}`;
      default:
        return `${name}${separator}${day}${form.endsWith(',') ? ',' : ''} ${year}`;
    }
  })();
  return time === undefined ? date : `${date}${longest(parts.map((one) => one.time!))}`;
}

/** Of the forms of a time, the one with an hour of one digit, or else the longest. */
function longest(times: readonly TimeParts[]): string {
  const patterns = [...new Set(times.map(({ pattern }) => pattern))];
  const [most] = patterns.toSorted((left, right) => right.length - left.length);
  return patterns.some((pattern) => /(?:^|[T ])H:/.test(pattern)) ? most!.replace('HH', 'H') : most!;
}
