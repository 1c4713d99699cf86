import type { NumberKind } from '../book/number-kind.ts';

const DAY_MS = 86_400_000;
/** The day before the first one, if the calendar had had a February 29 in 1900: from March of that year on, days count from here. */
const EPOCH_1900 = -25_569;
const EPOCH_1904 = -24_107;
/** The serial number of that February 29. */
const NO_DAY = 60;
/** A duration of more days is a mistake, and its milliseconds would not be exact. */
const MAX_DURATION_DAYS = 100_000_000;

/**
 * A number as the text of the date, time or duration that its format makes of it, rounded to milliseconds; `undefined` if there is no
 * such date: February 29, 1900, which only spreadsheets have, and years before 1 or after 9999.
 *
 * A date has no time if it is midnight and the format shows none. Below 1, a number is a time of day; in the system of 1904 only if
 * its format is that of a time.
 */
export function dateText(serial: number, kind: Exclude<NumberKind, 'number'>, is1904: boolean): string | undefined {
  if (kind === 'duration') return durationText(serial);
  let day = Math.floor(serial);
  const ms = halfToEven((serial - day) * 86_400 * 1000);
  const isTime = serial >= 0 && serial < 1 && ms < DAY_MS && (!is1904 || kind === 'time');
  if (isTime) return timeText(ms);
  if (!is1904) {
    if (day === NO_DAY) return undefined;
    if (serial > 0 && serial < NO_DAY) day += 1;
  }
  return instantText((day + (is1904 ? EPOCH_1904 : EPOCH_1900)) * DAY_MS + ms, kind === 'date');
}

function instantText(total: number, isDate: boolean): string | undefined {
  const date = new Date(total);
  const text = Number.isNaN(date.getTime()) ? '' : date.toISOString();
  if (text.length !== 24 || text.startsWith('0000')) return undefined;
  return isDate && text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.slice(0, -1);
}

/** A time of day as `23:59:59.999`. */
function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(11, -1);
}

/** Hours, minutes and seconds, as many hours as there are: `36:30:00.000`. */
function durationText(serial: number): string | undefined {
  if (!(Math.abs(serial) <= MAX_DURATION_DAYS)) return undefined;
  const total = halfToEven(Math.round(Math.abs(serial) * DAY_MS * 1000) / 1000);
  const hours = Math.floor(total / 3_600_000);
  const sign = serial < 0 && total > 0 ? '-' : '';
  return `${sign}${String(hours).padStart(2, '0')}${timeText(total % 3_600_000).slice(2)}`;
}

/** The nearest whole number; of two the even one. */
function halfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
