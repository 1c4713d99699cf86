const ISO =
  /^(?:(\d{4})-(\d{2})-(\d{2}))?(?:(?:^|T)(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?)?$/;
const DURATION = /^PT(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.(\d{1,9}))?S)?$/;

/**
 * A date, a time or both of ISO 8601 in the form that all dates of a workbook have: a date alone, or a time with milliseconds, and with
 * its zone if it has one. A duration of hours, minutes and seconds likewise. `undefined` if it is none, or the calendar does not have it.
 */
export function isoDateText(text: string): string | undefined {
  const match = ISO.exec(text);
  if (match === null || text === '') return isoDurationText(text);
  const [, year, month, day, hour, minute, second = '00', fraction = '', zone = ''] = match;
  const date = year === undefined ? '' : `${year}-${month}-${day}`;
  if (date !== '' && !isDay(date)) return undefined;
  if (hour === undefined) return date;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const time = `${hour}:${minute}:${second}.${milliseconds(fraction)}`;
  return date === '' ? time : `${date}T${time}${zone}`;
}

function isDay(date: string): boolean {
  const ms = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date) && !date.startsWith('0000');
}

function isoDurationText(text: string): string | undefined {
  const match = DURATION.exec(text);
  if (match === null || text === 'PT') return undefined;
  const [, hours = '0', minutes = '0', seconds = '0', fraction = ''] = match;
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60].map(two).join(':');
  return `${clock}.${milliseconds(fraction)}`;
}

/** More digits than three are cut off, as a workbook counts in milliseconds. */
function milliseconds(fraction: string): string {
  return fraction.slice(0, 3).padEnd(3, '0');
}
