import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { MillraceError } from '@millrace/core';
import { check, checkOptions, isSideObject } from '@millrace/core/plugin';
import { ask } from './ask.ts';
import type { ClientHolder } from './client-holder.ts';
import { bareEtag } from './etag.ts';
import { factsOf, filterChecks, listFilter, type S3ListFilter } from './list-filter.ts';
import { isQuarantined } from './quarantine-place.ts';
import { type S3Ref, s3Uri } from './s3-ref.ts';

/** Which objects to list. */
export interface S3ListQuery extends S3ListFilter {
  readonly bucket: string;
  /** Lists only keys that start with this. @default all keys */
  readonly prefix?: string;
  /** Lists only keys that end with this, such as `.ndjson.gz`. S3 cannot filter by suffix, so all keys of the prefix are read. */
  readonly suffix?: string;
  /** Lists only keys after this one, in the order of their UTF-8 bytes. */
  readonly startAfter?: string;
  /** Keys per request. @default 1000 */
  readonly pageSize?: number;
  /**
   * `'skip'` omits objects of `s3Quarantine` anywhere in the bucket, which it recognizes by their keys. Otherwise, each run over
   * the bucket would read the rejections of the previous run. @default 'skip'
   */
  readonly quarantine?: 'skip' | 'include';
  /**
   * Whether to leave out what tools leave beside files: folders of the S3 console (`in/`) and of Hadoop (`in_$folder$`) without
   * content, `_SUCCESS`, `.DS_Store`, and what is in `__MACOSX`. @default 'skip'
   */
  readonly sideObjects?: 'skip' | 'include';
  /** Ends the listing; the iteration then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface ListSettings {
  /** Maximum time for one page, in milliseconds. */
  readonly timeoutMs: number;
}

export function listObjects(client: ClientHolder, query: S3ListQuery, settings: ListSettings): AsyncIterable<S3Ref> {
  checkOptions('s3Source list', query, {
    bucket: check.text,
    prefix: check.optional(isString),
    suffix: check.optional(isString),
    startAfter: check.optional(isString),
    pageSize: check.optional(check.integer(1, 1000)),
    quarantine: check.optional(check.oneOf('skip', 'include')),
    sideObjects: check.optional(check.oneOf('skip', 'include')),
    signal: check.optional(check.object),
    ...filterChecks(),
  });
  return { [Symbol.asyncIterator]: () => pages(client, query, settings) };
}

function isString(value: unknown): string | undefined {
  return typeof value === 'string' ? undefined : 'a string';
}

async function* pages(
  client: ClientHolder,
  query: S3ListQuery,
  { timeoutMs }: ListSettings,
): AsyncGenerator<S3Ref, void> {
  const {
    bucket,
    prefix = '',
    suffix = '',
    startAfter,
    pageSize,
    quarantine = 'skip',
    sideObjects = 'skip',
    signal,
  } = query;
  const uri = s3Uri({ bucket, key: prefix });
  const isMarked = (query.archived ?? 'include') !== 'include';
  const isWanted = listFilter(query);
  // Directory buckets list in no order (API reference, ListObjectsV2); all other buckets in the order of UTF-8 bytes.
  const ordered = !bucket.endsWith('--x-s3');
  const tokens = new Set<string>();
  let last = startAfter === undefined ? undefined : Buffer.from(startAfter);
  let token: string | undefined;
  do {
    const input = {
      Bucket: bucket,
      Prefix: prefix,
      MaxKeys: pageSize,
      // XML cannot carry most control characters; S3 encodes the keys on request and the SDK does not decode them.
      EncodingType: 'url' as const,
      ...(isMarked && { OptionalObjectAttributes: ['RestoreStatus' as const] }),
      ...(token === undefined ? { StartAfter: startAfter } : { ContinuationToken: token }),
    };
    const page = await ask((send) => send(client.get(), new ListObjectsV2Command(input)), {
      subject: { action: 'list', uri },
      signal,
      timeoutMs,
      verify: wrongPage,
    });
    for (const listed of page.Contents ?? []) {
      const key = keyOf(page, listed.Key, uri);
      if (!key.startsWith(prefix)) throw inconsistent(uri, `key ${JSON.stringify(key)} is not under the prefix`);
      const bytes = Buffer.from(key);
      if (ordered && last !== undefined && Buffer.compare(last, bytes) >= 0) {
        throw inconsistent(uri, `key ${JSON.stringify(key)} does not come after ${JSON.stringify(last.toString())}`);
      }
      last = bytes;
      if (!key.endsWith(suffix) || (quarantine === 'skip' && isQuarantined(key))) continue;
      if (sideObjects === 'skip' && isSideObject(key, listed.Size)) continue;
      const facts = factsOf(listed, isMarked);
      const wanted = isWanted(key, facts);
      if (typeof wanted === 'string')
        throw inconsistent(uri, `key ${JSON.stringify(key)} has no ${wanted} to filter by`);
      if (!wanted) continue;
      const etag = bareEtag(listed.ETag);
      yield { bucket, key, ...(etag === undefined ? {} : { etag }), ...facts };
    }
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
    if (page.IsTruncated && !token) throw inconsistent(uri, 'a page is cut but names no next one');
    if (token !== undefined && tokens.has(token)) throw inconsistent(uri, 'a continuation token came twice');
    if (token !== undefined) tokens.add(token);
  } while (token !== undefined);
}

/** Says why a response cannot be a page of S3's, or not all of one; a page says whether another follows, and how many keys it has. */
function wrongPage({ IsTruncated, KeyCount, Contents }: ListObjectsV2CommandOutput): string | undefined {
  if (IsTruncated === undefined) return 'it does not say whether more objects follow';
  const keys = Contents?.length ?? 0;
  return KeyCount !== undefined && KeyCount > keys ? `it has ${keys} keys and announces ${KeyCount}` : undefined;
}

/** S3 form-encodes keys (space as `+`) and says so in the answer; a store that ignores the request does neither. */
function keyOf({ EncodingType }: ListObjectsV2CommandOutput, key: string | undefined, uri: string): string {
  if (key === undefined || key === '') throw inconsistent(uri, 'an object without a key');
  if (EncodingType !== 'url') return key;
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch (cause) {
    throw inconsistent(uri, `key ${JSON.stringify(key)} is not encoded as announced`, cause);
  }
}

function inconsistent(uri: string, what: string, cause?: unknown): MillraceError {
  return new MillraceError(
    'S3_LISTING_INCONSISTENT',
    `The listing of ${uri} cannot be trusted: ${what}. Objects may be missing from it or appear twice; list again, and ` +
      'if it stays so, look at the endpoint.',
    { cause, details: { uri } },
  );
}
