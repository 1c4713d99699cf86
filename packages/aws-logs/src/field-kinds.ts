import { RecordProblem } from '@millrace/framing';

/**
 * What the text of a field becomes. `text` and `time` stay text: AWS writes times in ISO 8601, with more digits than a
 * `Date` holds. `bracketed time` is S3's `[06/Feb/2019:00:00:38 +0000]`, and becomes ISO 8601. `address` is `ip:port`, and
 * becomes two fields. `header` is a header that CloudFront has URL-encoded.
 */
export type FieldKind = 'text' | 'header' | 'time' | 'bracketed time' | 'integer' | 'number' | 'address';

/** A field of a log line. */
export interface LogField {
  readonly name: string;
  readonly kind: FieldKind;
}

/** Puts a field into a record, or says what is wrong with it. */
export function setField(
  record: Record<string, unknown>,
  { name, kind }: LogField,
  text: string,
): RecordProblem | undefined {
  if (kind === 'address') return setAddress(record, name, text);
  const value = valueOf(kind, text);
  if (value === undefined) return fieldInvalid(name, kind, text);
  record[name] = value;
  return undefined;
}

/** AWS writes a hyphen where there is no value; a load balancer's TCP listener three of them for the request. */
export function isAbsent(text: string): boolean {
  return text === '-' || text === '- - - ';
}

function valueOf(kind: Exclude<FieldKind, 'address'>, text: string): unknown {
  switch (kind) {
    case 'text':
      return text;
    case 'header':
      return decoded(text);
    case 'time':
      return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?$/.test(text) ? text : undefined;
    case 'bracketed time':
      return isoTime(text);
    case 'integer':
      return /^-?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
    case 'number':
      return /^-?\d+(?:\.\d+)?$/.test(text) && text.length <= 16 ? Number(text) : undefined;
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `06/Feb/2019:00:00:38 +0000` as `2019-02-06T00:00:38Z`. S3 writes UTC only. */
function isoTime(text: string): string | undefined {
  const [, day, month, year, time] = /^(\d\d)\/(\w{3})\/(\d{4}):(\d\d:\d\d:\d\d) \+0000$/.exec(text) ?? [];
  const number = MONTHS.indexOf(month!) + 1;
  return number === 0 ? undefined : `${year}-${String(number).padStart(2, '0')}-${day}T${time}Z`;
}

/** Decoded once; what is no UTF-8, or has a percent sign of its own, stays as it is. */
function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function setAddress(record: Record<string, unknown>, name: string, text: string): RecordProblem | undefined {
  const [, ip, port] = /^\[?([^[\]]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (ip === undefined) return fieldInvalid(name, 'address', text);
  record[`${name}Ip`] = ip;
  record[`${name}Port`] = Number(port);
  return undefined;
}

const SHOWN: Readonly<Record<FieldKind, string>> = {
  text: 'a text',
  header: 'a text',
  time: 'a time in ISO 8601',
  'bracketed time': 'a time such as 06/Feb/2019:00:00:38 +0000',
  integer: 'a whole number up to 2^53',
  number: 'a number of at most 15 digits',
  address: 'an IP address and a port',
};

function fieldInvalid(name: string, kind: FieldKind, text: string): RecordProblem {
  return new RecordProblem({
    code: 'AWSLOG_FIELD_INVALID',
    what: `has a text of ${text.length} characters in field ${JSON.stringify(name)}, which is not ${SHOWN[kind]}.`,
    details: { field: name, length: text.length },
  });
}
