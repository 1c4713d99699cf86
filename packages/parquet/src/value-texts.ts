const DAY_MS = 86_400_000;

/** How many of a unit make a second, and how many digits that are. */
export interface TimeUnit {
  readonly perSecond: number;
  readonly digits: number;
}

export const MILLIS: TimeUnit = { perSecond: 1e3, digits: 3 };
export const MICROS: TimeUnit = { perSecond: 1e6, digits: 6 };
export const NANOS: TimeUnit = { perSecond: 1e9, digits: 9 };

/** An integer as decimal text with `scale` digits behind the point: `-12.30`. */
export function decimalText(unscaled: number | bigint, scale: number): string {
  const text = String(unscaled);
  if (scale === 0) return text;
  const sign = text.startsWith('-') ? '-' : '';
  const digits = text.slice(sign.length).padStart(scale + 1, '0');
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Signed big-endian bytes as an integer. */
export function bigEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(bytes.length * 8, value);
}

/** Days since 1970 as `2026-11-23`; `undefined` beyond the years that ISO 8601 has without a sign. */
export function dateText(days: number): string | undefined {
  return isoText(days * DAY_MS)?.slice(0, 10);
}

/** A moment since 1970 as ISO 8601, with all digits of its unit, and `zone` behind it. */
export function timestampText(
  value: number | bigint,
  { perSecond, digits }: TimeUnit,
  zone: string,
): string | undefined {
  let [seconds, rest] = [0, 0];
  if (typeof value === 'number') {
    seconds = Math.floor(value / perSecond);
    rest = value - seconds * perSecond;
  } else {
    const unit = BigInt(perSecond);
    rest = Number(((value % unit) + unit) % unit);
    seconds = Number((value - BigInt(rest)) / unit);
  }
  const text = isoText(seconds * 1000);
  return text && `${text.slice(0, 19)}.${String(rest).padStart(digits, '0')}${zone}`;
}

/** A time of day as `23:59:59.999`. */
export function timeText(value: number | bigint, unit: TimeUnit): string | undefined {
  if (value < 0 || value >= 86_400 * unit.perSecond) return undefined;
  return timestampText(value, unit, '')?.slice(11);
}

/** 16 bytes as a UUID's text. */
export function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Half-precision bytes, little-endian, as a number. */
export function halfFloat(bytes: Uint8Array): number {
  const bits = bytes[0]! | (bytes[1]! << 8);
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
}

function isoText(ms: number): string | undefined {
  const date = new Date(ms);
  const text = Number.isNaN(date.getTime()) ? '' : date.toISOString();
  return text.length === 24 ? text : undefined;
}
