import { member, text } from './fields.ts';

/** What was received, in a few words, for the message of an error: the shape and never the content. */
export function describeEvent(event: unknown): string {
  if (event === null || event === undefined) return String(event);
  if (Array.isArray(event)) return `an array of ${event.length}`;
  if (typeof event !== 'object') return `a ${typeof event}`;
  const records = member(event, 'Records');
  if (Array.isArray(records)) return describeRecords(records);
  const detailType = member(event, 'detail-type');
  if (detailType !== undefined) return `an EventBridge event (${shown(detailType)}), which toS3Handler takes of S3`;
  if (member(event, 'invocationSchemaVersion') !== undefined) {
    return 'a task of S3 Batch Operations, which is for toS3BatchHandler';
  }
  if (member(event, 'TopicArn') !== undefined) return `an SNS message of the type ${shown(member(event, 'Type'))}`;
  if (Array.isArray(member(event, 'Items'))) return 'the items of a Distributed Map, which are for toMapHandler';
  return `an object with ${membersOf(event)}`;
}

function describeRecords(records: readonly unknown[]): string {
  if (records.length === 0) return 'an event with no Records';
  // SNS alone spells it with a capital letter.
  const source = text(member(records[0], 'eventSource')) ?? text(member(records[0], 'EventSource'));
  if (source === 'aws:sqs') return 'an SQS event, which is for toSqsHandler';
  if (source === 'aws:sns') return 'an SNS event';
  return source === undefined ? `Records of an object with ${membersOf(records[0])}` : `Records of ${source}`;
}

function membersOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return 'no members';
  const names = Object.keys(value);
  if (names.length === 0) return 'no members';
  const listed = names.slice(0, 8).map((name) => (name.length > 40 ? `${name.slice(0, 40)}…` : name));
  return `the members ${listed.join(', ')}${names.length > listed.length ? ', …' : ''}`;
}

function shown(value: unknown): string {
  return JSON.stringify(String(value).slice(0, 80));
}
