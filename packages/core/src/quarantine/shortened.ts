import type { Rejection } from '../rejection.ts';

/** What is kept of a raw record that does not fit, in bytes or UTF-16 code units. */
const RAW_START = 64 * 1024;

/** What is kept of a long message, in UTF-16 code units. */
const MESSAGE_START = 1000;

/**
 * Yields a rejection for a place with limited room: as it is, and then ever shorter, first without what a replay can do without: its
 * value, where there is raw text; then the raw record but for its start; then details and the rest of the message. The details say
 * what was left out, so a replay refuses a record that was cut. For plugin authors.
 *
 * @param place what has too little room, such as `DynamoDB`
 * @example
 * for (const rejection of shortenedRejections(whole, 'DynamoDB')) if (fits(rejection)) return rejection;
 */
export function* shortenedRejections(whole: Rejection, place: string): Generator<Rejection, void, undefined> {
  const tooLarge = `too large for ${place}`;
  yield whole;
  const lighter = withoutValue(whole, tooLarge);
  yield lighter;
  const lightest = withoutRaw(lighter, tooLarge);
  yield lightest;
  yield withoutDetails(lightest, tooLarge);
}

function withoutValue(rejection: Rejection, valueLeftOut: string): Rejection {
  if (!('value' in rejection)) return rejection;
  const { value: _, details, ...rest } = rejection;
  return { ...rest, details: { ...details, valueLeftOut } };
}

/** The start goes to the details: as `raw` it would be replayed as if it were the record. */
function withoutRaw(rejection: Rejection, tooLarge: string): Rejection {
  const { raw, details, ...rest } = rejection;
  if (raw === undefined) return rejection;
  const rawLeftOut = `${tooLarge}: ${raw.length} ${typeof raw === 'string' ? 'characters' : 'bytes'}`;
  return { ...rest, details: { ...details, rawLeftOut, rawStart: raw.slice(0, RAW_START) } };
}

function withoutDetails({ details, message, ...rest }: Rejection, detailsLeftOut: string): Rejection {
  const { valueLeftOut, rawLeftOut } = details ?? {};
  return { ...rest, message: message.slice(0, MESSAGE_START), details: { valueLeftOut, rawLeftOut, detailsLeftOut } };
}
