import type { VersionRecord } from '@millrace/core/plugin';
import type { Deployment, Expected, ExpectedRecord } from '../deployment.ts';
import type { History, PutRecord } from '../history.ts';
import { keyOfObject } from '../world/object-content.ts';

/** Number of variants of a feed that a deployment may have. */
export const VARIANTS = [0, 1, 2] as const;

/** One write of an object, with what the ledger says became of it. */
export interface JudgedPut extends PutRecord {
  /** Place among the writes of its object. */
  readonly index: number;
  readonly complete: VersionRecord | undefined;
  /** The variant that completed it. */
  readonly variant: number;
  /** What each variant makes of it. */
  readonly expected: readonly Expected[];
}

/** An object and all that was written under its name. */
export interface JudgedObject {
  readonly object: string;
  readonly puts: readonly JudgedPut[];
  readonly isThere: boolean;
}

/** Puts together what the history says of each object. */
export function judgedObjects(deployment: Deployment, history: History): readonly JudgedObject[] {
  const { puts, removed, scenario } = history;
  const names = [...new Set(puts.map(({ content }) => content.object))];
  return names.map((object) => ({
    object,
    isThere: !removed.has(object),
    puts: puts
      .filter(({ content }) => content.object === object)
      .map((put, index) => {
        const complete = history.versions.find(
          (version) => version.state === 'complete' && isOf(version, put, history),
        );
        const completion = history.completions.findLast(({ version }) => isOf(version, put, history));
        const expected = VARIANTS.map((variant) => deployment.expect(put.content, variant, scenario.settings.options));
        return { ...put, index, complete, variant: completion?.variant ?? 0, expected };
      }),
  }));
}

/** Whether some variant of the feed does not expect such an object. */
export function isUnexpected(expected: readonly Expected[]): boolean {
  return expected.some((one) => one.isUnexpected === true);
}

/** Whether an entry of the ledger is about a write. */
export function isOf(
  { origin, object }: Pick<VersionRecord, 'origin' | 'object'>,
  { content, versionId, md5, at }: PutRecord,
  { scenario }: History,
): boolean {
  if (!object.endsWith(`/${keyOfObject(content.object)}`)) return false;
  if (scenario.settings.bucket.versioned) return origin.versionId === versionId;
  if (origin.etag !== undefined) return origin.etag.includes(md5);
  return Date.parse(origin.lastModified ?? '') === Math.floor((WORLD + at) / 1000) * 1000;
}

const WORLD = 1_767_225_600_000;

/** What a put leaves under each key in the end: the last record of the key in file order. */
export function finalValues(records: readonly ExpectedRecord[]): ReadonlyMap<string, string> {
  return new Map(records.map(({ key, value }) => [key, value]));
}
