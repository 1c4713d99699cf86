/** How dates are written in a field. White space around is left out, and an empty field is `null`. */
export interface DateFormat {
  readonly type: 'date';
  /**
   * The parts of the date, and the characters between them: `YYYY`, `MM`, `DD`, `HH` (0 to 23), `mm`, `ss`, `SSS` with as many digits;
   * `M`, `D`, `H` with one or two; `Z` for `Z` or an offset such as `+01:00`. The year, month and day must be there. A date that
   * does not exist is refused. The value is a text of ISO 8601: `2026-11-23`, or `2026-11-23T04:00:00` with the fraction and
   * the offset that the format has.
   */
  readonly format: string;
}

type Part = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'fraction' | 'zone';

const TOKEN = /YYYY|MM?|DD?|HH?|mm|ss|SSS|Z/g;

function partOf(token: string): readonly [part: Part, pattern: string] {
  switch (token) {
    case 'YYYY':
      return ['year', String.raw`\d{4}`];
    case 'MM':
    case 'M':
      return ['month', digits(token)];
    case 'DD':
    case 'D':
      return ['day', digits(token)];
    case 'HH':
    case 'H':
      return ['hour', digits(token)];
    case 'mm':
      return ['minute', digits(token)];
    case 'ss':
      return ['second', digits(token)];
    case 'SSS':
      return ['fraction', String.raw`\d{3}`];
    default:
      return ['zone', String.raw`Z|[+-]\d\d:\d\d`];
  }
}

function digits({ length }: string): string {
  return length === 1 ? String.raw`\d{1,2}` : String.raw`\d{2}`;
}

/** Returns the function that writes a date in ISO 8601, or returns `undefined` if it does not have the format or does not exist. */
export function dateReader(format: string): (text: string) => string | undefined {
  let pattern = '';
  let at = 0;
  for (const match of format.matchAll(TOKEN)) {
    const [part, digitsOfPart] = partOf(match[0]);
    pattern += `${literal(format.slice(at, match.index))}(?<${part}>${digitsOfPart})`;
    at = match.index + match[0].length;
  }
  const whole = new RegExp(`^${pattern}${literal(format.slice(at))}$`);
  return (text) => {
    const parts = whole.exec(text)?.groups as Readonly<Partial<Record<Part, string>>> | undefined;
    return parts === undefined ? undefined : isoOf(parts);
  };
}

function isoOf(parts: Readonly<Partial<Record<Part, string>>>): string | undefined {
  const { year = '', month = '', day = '', hour, minute = '00', second = '00', fraction, zone = '' } = parts;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  if (!exists(date)) return undefined;
  if (hour === undefined) return date;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59 || !isOffset(zone)) return undefined;
  return `${date}T${hour.padStart(2, '0')}:${minute}:${second}${fraction === undefined ? '' : `.${fraction}`}${zone}`;
}

/** Whether a date is in the calendar: `Date` takes the 30th of February for the 2nd of March, or for none. */
function exists(date: string): boolean {
  const time = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}

function isOffset(zone: string): boolean {
  return zone === '' || zone === 'Z' || (Number(zone.slice(1, 3)) < 24 && Number(zone.slice(4)) < 60);
}

function literal(text: string): string {
  return text.replaceAll(/[^\w\s]/g, String.raw`\$&`);
}

/** Returns what the members of a date format must be, or nothing if they are. */
export function dateFormatProblem({ format, ...rest }: Readonly<Record<string, unknown>>): string | undefined {
  const others = Object.keys(rest).filter((key) => key !== 'type');
  if (others.length > 0 || typeof format !== 'string') return 'a date format with "type" and "format"';
  const parts = Array.from(format.matchAll(TOKEN), ([token]) => partOf(token)[0]);
  const has = (part: Part): boolean => parts.includes(part);
  const order: readonly Part[] = ['hour', 'minute', 'second', 'fraction'];
  const fits =
    new Set(parts).size === parts.length &&
    has('year') &&
    has('month') &&
    has('day') &&
    order.every((part, index) => index === 0 || !has(part) || has(order[index - 1]!)) &&
    (!has('hour') || has('minute')) &&
    (!has('zone') || has('hour')) &&
    !/[A-Za-z]/.test(format.replaceAll(TOKEN, '').replaceAll('T', ''));
  return fits
    ? undefined
    : 'a date format of YYYY, MM, DD, and perhaps HH, mm, ss, SSS and Z, each once, such as DD.MM.YYYY';
}
