import { member, text } from './fields.ts';

/** What was received, in a few words, for the message of an error: the shape and never the content. */
export function describeEvent(event: unknown): string {
  if (event === null || event === undefined) return String(event);
  if (Array.isArray(event)) return `an array of ${event.length}`;
  if (typeof event !== 'object') return `a ${typeof event}`;
  const records = member(event, 'Records');
  if (Array.isArray(records)) return describeRecords(records);
  if (member(event, 'detail-type') !== undefined)
    return `an EventBridge event ("${String(member(event, 'detail-type'))}")`;
  if (member(event, 'invocationSchemaVersion') !== undefined) return 'an S3 Batch Operations task';
  return `an object with ${membersOf(event)}`;
}

function describeRecords(records: readonly unknown[]): string {
  if (records.length === 0) return 'an event with no Records';
  // SNS alone spells it with a capital letter.
  const source = text(member(records[0], 'eventSource')) ?? text(member(records[0], 'EventSource'));
  if (source === 'aws:sqs') return 'an SQS event';
  if (source === 'aws:sns') return 'an SNS event';
  return source === undefined ? `Records of an object with ${membersOf(records[0])}` : `Records of ${source}`;
}

function membersOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return 'no members';
  const names = Object.keys(value);
  if (names.length === 0) return 'no members';
  const shown = names.slice(0, 8).map((name) => (name.length > 40 ? `${name.slice(0, 40)}…` : name));
  return `the members ${shown.join(', ')}${names.length > shown.length ? ', …' : ''}`;
}
