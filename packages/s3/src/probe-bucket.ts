import {
  GetBucketNotificationConfigurationCommand,
  type GetBucketNotificationConfigurationCommandOutput,
  GetObjectCommand,
} from '@aws-sdk/client-s3';
import type { Finding, ProbeContext } from '@millrace/core';
import { findingOf } from '@millrace/core/plugin';
import { ask } from './ask.ts';
import { discardBody } from './body-stream.ts';
import type { ClientHolder } from './client-holder.ts';
import { listObjects, type S3ListQuery } from './list-objects.ts';
import { placeOf } from './own-place.ts';
import { type S3Ref, s3Uri } from './s3-ref.ts';

/** How long each request of a probe may take, in milliseconds. */
const TIMEOUT_MS = 15_000;

/**
 * Looks at the bucket of an `s3Source`, an `s3Sink` or an `s3Quarantine`: whether it can be listed; and for a source, whether an
 * object can be read and whether notifications tell of new ones. It writes nothing and never rejects; what it cannot find out is
 * a finding. It needs `s3:ListBucket`, and for a source `s3:GetObject` and `s3:GetBucketNotification`.
 *
 * @param query what a source lists; without it, a source is not looked at
 * @returns `undefined` for a plugin that works with no bucket
 * @example
 * const findings = await probeBucket(source, { signal: AbortSignal.timeout(10_000) }, { bucket: 'drop', prefix: 'prices/' });
 */
export async function probeBucket(
  plugin: object,
  { signal }: ProbeContext,
  query?: S3ListQuery,
): Promise<readonly Finding[] | undefined> {
  const own = placeOf(plugin);
  if (own === undefined) return undefined;
  const { client, target } = own;
  if (target !== undefined) {
    const place = { ...target, quarantine: 'include' } as const;
    return (await probeListing(client, place, signal, 'ok')).findings;
  }
  return query === undefined ? [] : probeSource(client, query, signal);
}

async function probeSource(client: ClientHolder, query: S3ListQuery, signal: AbortSignal): Promise<readonly Finding[]> {
  const { findings, first } = await probeListing(client, query, signal);
  if (findings.some(({ level }) => level === 'error')) return findings;
  return [
    ...findings,
    ...(first === undefined ? [] : [await probeReading(client, first, signal)]),
    await probeNotifications(client, query, signal),
  ];
}

/** Lists one object. */
async function probeListing(
  client: ClientHolder,
  query: S3ListQuery,
  signal: AbortSignal,
  whenEmpty: Finding['level'] = 'warning',
): Promise<{ readonly findings: readonly Finding[]; readonly first?: S3Ref }> {
  const uri = s3Uri({ bucket: query.bucket, key: query.prefix ?? '' });
  try {
    // A page of some keys: the first ones may be of a quarantine, or folders.
    for await (const first of listObjects(client, { pageSize: 100, ...query, signal }, { timeoutMs: TIMEOUT_MS })) {
      return { findings: [{ level: 'ok', subject: uri, message: 'It can be listed.' }], first };
    }
    const message = 'It can be listed, and has no object yet.';
    return { findings: [{ level: whenEmpty, subject: uri, message, ...(whenEmpty === 'ok' ? {} : EMPTY) }] };
  } catch (error) {
    return { findings: [findingOf(uri, error)] };
  }
}

const EMPTY = {
  code: 'S3_LISTING_EMPTY',
  remedy: 'If objects are there, correct bucket, prefix and suffix. Otherwise reading could not be tried.',
} as const;

/** Reads the first byte of an object. An empty object has none, and S3 then refuses the range: that was allowed to read. */
async function probeReading(client: ClientHolder, { bucket, key, size }: S3Ref, signal: AbortSignal): Promise<Finding> {
  const uri = s3Uri({ bucket, key });
  const command = new GetObjectCommand({ Bucket: bucket, Key: key, ...(size !== 0 && { Range: 'bytes=0-0' }) });
  try {
    const answer = await ask((send) => send(client.get(), command), {
      subject: { action: 'read', uri },
      signal,
      timeoutMs: TIMEOUT_MS,
      discard: discardBody,
    });
    discardBody(answer);
    return { level: 'ok', subject: uri, message: 'It can be read.' };
  } catch (error) {
    return findingOf(uri, error);
  }
}

async function probeNotifications(
  client: ClientHolder,
  { bucket, prefix = '', suffix = '' }: S3ListQuery,
  signal: AbortSignal,
): Promise<Finding> {
  const subject = `notifications of ${bucket}`;
  const command = new GetBucketNotificationConfigurationCommand({ Bucket: bucket });
  try {
    const found = await ask((send) => send(client.get(), command), {
      subject: { action: 'read the notifications of', uri: s3Uri({ bucket, key: '' }) },
      signal,
      timeoutMs: TIMEOUT_MS,
    });
    const targets = targetsOf(found, prefix, suffix);
    if (targets.length > 0)
      return { level: 'ok', subject, message: `Notifications for new objects go to ${targets.join(', ')}.` };
    return {
      level: 'warning',
      subject,
      code: 'S3_NOTIFICATION_MISSING',
      message: `No notification covers all of ${s3Uri({ bucket, key: prefix })}, so an arrival starts nothing.`,
      remedy:
        'Add a notification for s3:ObjectCreated:* with this prefix, to a queue or a function, or turn EventBridge on for the ' +
        'bucket. If a schedule runs the feed, ignore this.',
    };
  } catch (error) {
    return {
      ...findingOf(subject, error),
      level: 'warning',
      message: 'The notifications of the bucket could not be read, so whether arrivals start the feed is not known.',
      remedy: 'Allow s3:GetBucketNotification to whoever runs check. Runs do not need it.',
    };
  }
}

/** The targets that are notified of every object created under the prefix. */
function targetsOf(
  found: GetBucketNotificationConfigurationCommandOutput,
  prefix: string,
  suffix: string,
): readonly string[] {
  const { EventBridgeConfiguration, LambdaFunctionConfigurations, QueueConfigurations, TopicConfigurations } = found;
  const rules = [
    ...(LambdaFunctionConfigurations ?? []).map((one) => ({ ...one, arn: one.LambdaFunctionArn })),
    ...(QueueConfigurations ?? []).map((one) => ({ ...one, arn: one.QueueArn })),
    ...(TopicConfigurations ?? []).map((one) => ({ ...one, arn: one.TopicArn })),
  ];
  const told = rules.filter(({ Events = [], Filter }) => {
    const filters = Filter?.Key?.FilterRules ?? [];
    return (
      Events.includes('s3:ObjectCreated:*') &&
      filters.every(({ Name, Value = '' }) =>
        Name?.toLowerCase() === 'prefix' ? prefix.startsWith(Value) : suffix.endsWith(Value),
      )
    );
  });
  return [
    ...(EventBridgeConfiguration === undefined ? [] : ['EventBridge']),
    ...told.map(({ arn }) => arn ?? 'a target'),
  ];
}
