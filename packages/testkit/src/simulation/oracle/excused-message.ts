import { compareSequencers } from '@millrace/core/plugin';
import type { History } from '../history.ts';
import { keyOfObject } from '../world/object-content.ts';

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
 * Whether a message may fail for ever, because what it tells of cannot be read any more:
 *
 * - its object was removed, and the deployment fails such events;
 * - its object was overwritten in a bucket without versions, and the ledger knows of no event of a later write.
 */
export function isExcused(body: string, { scenario, removed, puts, versions }: History): boolean {
  const object = notified(body);
  if (object === undefined) return false;
  const { bucket, options } = scenario.settings;
  // It takes longer than an invocation, or cannot be delivered: it must end, and this is an end.
  if (bucket.slowMs !== undefined) return true;
  const own = puts.filter(({ content }) => keyOfObject(content.object) === object.key);
  if (own.some(({ content }) => content.poison === true || content.broken.length === content.lines)) return true;
  if (options['missing'] === 'fail' && [...removed].some((name) => keyOfObject(name) === object.key)) return true;
  const latest = puts.findLast(({ content }) => keyOfObject(content.object) === object.key);
  const isOverwritten = !bucket.versioned && object.eTag !== undefined && latest?.md5 !== object.eTag;
  const isKnown = versions.some(
    (version) =>
      version.object.endsWith(`/${object.key}`) &&
      version.attempts > 0 &&
      version.sequencer !== undefined &&
      object.sequencer !== undefined &&
      compareSequencers(version.sequencer, object.sequencer) > 0,
  );
  return isOverwritten && !isKnown;
}
