import { MillraceError } from '@millrace/core';

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * Reads a length of time such as `90s`, `10m`, `2h`, `3d` or `1w`, in milliseconds.
 *
 * @throws MillraceError `CLI_ARGUMENT_INVALID`
 */
export function parseDuration(option: string, text: string): number {
  const ms = durationOf(text);
  if (ms !== undefined) return ms;
  throw new MillraceError(
    'CLI_ARGUMENT_INVALID',
    `${option} is ${JSON.stringify(text)}, which is not a length of time. Write 90s, 10m, 2h or 3d.`,
  );
}

/**
 * Reads a moment in the past: `today`, `yesterday`, a length of time before now such as `2h`, a date such as `2026-11-28`, which
 * begins at midnight of the local time zone, or a time such as `2026-11-28T06:00Z`.
 *
 * @throws MillraceError `CLI_ARGUMENT_INVALID`
 */
export function parseMoment(option: string, text: string, now: Date): Date {
  if (text === 'now') return now;
  if (text === 'today' || text === 'yesterday') {
    return new Date(now.getFullYear(), now.getMonth(), now.getDate() - (text === 'today' ? 0 : 1));
  }
  const ms = durationOf(text);
  if (ms !== undefined) return new Date(now.getTime() - ms);
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  const moment =
    year === undefined ? new Date(/^\d{4}-\d{2}-\d{2}T/.test(text) ? text : Number.NaN) : dateOf(year, month!, day!);
  if (!Number.isNaN(moment.getTime())) return moment;
  throw new MillraceError(
    'CLI_ARGUMENT_INVALID',
    `${option} is ${JSON.stringify(text)}, which is not a time. Write today, yesterday, 2h, 3d, 2026-11-28 or 2026-11-28T06:00Z.`,
  );
}

function durationOf(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?(s|m|min|h|d|w)$/.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * UNITS[unit!]!;
}

/** Midnight of a date in the local zone; 30 February is not a date. */
function dateOf(year: string, month: string, day: string): Date {
  const date = new Date(Number(year), Number(month) - 1, Number(day));
  return date.getMonth() === Number(month) - 1 && date.getDate() === Number(day) ? date : new Date(Number.NaN);
}
