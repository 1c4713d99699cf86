import type { History } from '../history.ts';
import { keyOfObject } from '../world/object-content.ts';
import { isUnexpected, type JudgedObject } from './judged-object.ts';

/** What is looked at of what a message tells of. */
interface Notified {
  readonly key: string;
  readonly eTag?: string | undefined;
  readonly sequencer?: string | undefined;
}

/** A notification, or the list of references that `continueWith` sends. */
function notified(body: string): Notified | undefined {
  const message = JSON.parse(body) as {
    readonly Records?: readonly { readonly s3: { readonly object: Notified } }[];
    readonly 0?: { readonly key: string; readonly etag?: string; readonly sequencer?: string };
  };
  const ref = message[0];
  return ref === undefined ? message.Records?.[0]?.s3.object : { ...ref, eTag: ref.etag };
}

/**
 * Whether a message may fail for ever: its object was removed and the deployment fails such events, or it cannot be delivered, or
 * is not what the feed expects.
 */
export function isExcused(
  body: string,
  { scenario, removed }: Pick<History, 'removed' | 'scenario'>,
  objects: readonly JudgedObject[],
): boolean {
  const object = notified(body);
  if (object === undefined) return false;
  const { bucket, options } = scenario.settings;
  // It takes longer than an invocation, or cannot be delivered: it must end, and this is an end.
  if (bucket.slowMs !== undefined) return true;
  const own = objects.find((one) => keyOfObject(one.object) === object.key)?.puts ?? [];
  const mayFail = own.some(
    ({ content, expected }) =>
      content.poison === true || content.broken.length === content.lines || isUnexpected(expected),
  );
  if (mayFail) return true;
  return options['missing'] === 'fail' && [...removed].some((name) => keyOfObject(name) === object.key);
}
