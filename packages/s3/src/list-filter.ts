import type { _Object as ListedObject } from '@aws-sdk/client-s3';
import { check, inShare, isShare, type OptionCheck } from '@millrace/core/plugin';
import type { S3Ref } from './s3-ref.ts';

/** Which of the listed objects to yield, by what a listing says of them. S3 cannot filter: all keys of the prefix are listed. */
export interface S3ListFilter {
  /** Yields only objects that were written at this time or later. @default no start */
  readonly since?: Date;
  /** Yields only objects that were written before this time. @default no end */
  readonly until?: Date;
  /** Yields only objects of at least as many bytes. @default 0 */
  readonly minSize?: number;
  /** Yields only objects of at most as many bytes. @default no limit */
  readonly maxSize?: number;
  /** Yields only objects of this storage class, or of one of these, such as `STANDARD`. @default all */
  readonly storageClass?: string | readonly string[];
  /**
   * What to do with objects of the classes `GLACIER` and `DEEP_ARCHIVE`, which cannot be read until they are restored. `include`
   * yields all; `mark` does so too and says in `archive` whether they are restored; `skip` leaves out those that cannot be read;
   * `only` yields nothing but those. All but `include` ask S3 for the state of restoration, which other stores may not know.
   * A listing does not tell which objects of `INTELLIGENT_TIERING` are archived: reading one fails with `S3_OBJECT_ARCHIVED`.
   *
   * @default 'include'
   */
  readonly archived?: 'include' | 'mark' | 'skip' | 'only';
  /**
   * Yields one share of the objects, such as `'1/4'`, so that several processes can divide a listing. An object is in the same
   * share each time. @default all
   */
  readonly share?: string;
}

const classes: OptionCheck = (value) => {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  const fits = all.length > 0 && all.every((one) => typeof one === 'string' && one !== '');
  return fits ? undefined : 'the name of a storage class, or a list of them';
};

export const filterChecks = (): Readonly<Record<keyof S3ListFilter, OptionCheck>> => ({
  since: check.optional(check.date),
  until: check.optional(check.date),
  minSize: check.optional(check.integer(0)),
  maxSize: check.optional(check.integer(0)),
  storageClass: check.optional(classes),
  archived: check.optional(check.oneOf('include', 'mark', 'skip', 'only')),
  share: check.optional(isShare),
});

/** What a listing says of an object beside its key. */
export type ListedFacts = Pick<S3Ref, 'size' | 'lastModified' | 'storageClass' | 'archive'>;

const ARCHIVES: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

export function factsOf(
  { Size, LastModified, StorageClass, RestoreStatus }: ListedObject,
  isMarked: boolean,
): ListedFacts {
  const isArchive = isMarked && StorageClass !== undefined && ARCHIVES.has(StorageClass);
  return {
    ...(Size === undefined ? {} : { size: Size }),
    ...(LastModified === undefined ? {} : { lastModified: LastModified.toISOString() }),
    ...(StorageClass === undefined ? {} : { storageClass: StorageClass }),
    ...(isArchive ? { archive: archiveState(RestoreStatus) } : {}),
  };
}

function archiveState(status: ListedObject['RestoreStatus']): NonNullable<S3Ref['archive']> {
  if (status?.IsRestoreInProgress === true) return 'restoring';
  return status?.RestoreExpiryDate === undefined ? 'archived' : 'restored';
}

/**
 * Returns what yields an object or not. It returns the name of a fact that it needs and a listing does not have.
 *
 * @param filter that {@link filterChecks} has accepted
 */
export function listFilter(filter: S3ListFilter): (key: string, facts: ListedFacts) => boolean | 'time' | 'size' {
  const { since, until, minSize = 0, maxSize = Number.POSITIVE_INFINITY, storageClass, archived = 'include' } = filter;
  const wanted = storageClass === undefined ? undefined : new Set([storageClass].flat());
  const isMine = filter.share === undefined ? () => true : inShare(filter.share);
  const needsTime = since !== undefined || until !== undefined;
  const needsSize = minSize > 0 || filter.maxSize !== undefined;
  const [first, end] = [since?.getTime() ?? Number.NEGATIVE_INFINITY, until?.getTime() ?? Number.POSITIVE_INFINITY];
  return (key, { size, lastModified, storageClass: own = 'STANDARD', archive }) => {
    if (!isMine(key)) return false;
    if (needsTime) {
      if (lastModified === undefined) return 'time';
      const at = Date.parse(lastModified);
      if (at < first || at >= end) return false;
    }
    if (needsSize) {
      if (size === undefined) return 'size';
      if (size < minSize || size > maxSize) return false;
    }
    if (wanted?.has(own) === false) return false;
    const isUnreadable = archive === 'archived' || archive === 'restoring';
    return archived === 'skip' ? !isUnreadable : archived !== 'only' || isUnreadable;
  };
}
