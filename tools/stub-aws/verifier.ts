import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { GeneratedObject } from './generated-object.ts';
import { LANDING_NAMESPACE } from './landing-namespace.ts';

/** What arrived of one object. All is well where `arrived` is `expected` and the rest is 0. */
export interface Verdict {
  readonly expected: number;
  /** Ordinals that arrived. */
  readonly arrived: number;
  /** Items beyond the first with an ordinal. */
  readonly repeated: number;
  /** Items with another key, origin or content than the object gives them. */
  readonly wrong: number;
  readonly example?: string;
}

/** Looks at every item that is written, instead of counting them. */
export interface Verifier {
  readonly take: (item: Readonly<Record<string, AttributeValue>>) => void;
  /** What arrived since it was last asked, by the object's URI. */
  readonly verdicts: () => Readonly<Record<string, Verdict>>;
}

/** A value of DynamoDB's low-level JSON. */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Readonly<Record<string, AttributeValue>> };

/** When every object of the stub was written. */
export const LAST_MODIFIED = '2026-11-01T00:00:00.000Z';

interface Arrivals {
  readonly object: GeneratedObject;
  readonly namespace: string;
  readonly ordinals: Set<number>;
  repeated: number;
  wrong: number;
  example?: string;
}

export function createVerifier(objectAt: (uri: string) => GeneratedObject | undefined): Verifier {
  const bySource = new Map<string, Arrivals>();
  const arrivalsOf = (uri: string): Arrivals | undefined => {
    const known = bySource.get(uri);
    const object = objectAt(uri);
    if (known !== undefined || object === undefined) return known;
    const namespace = uuidV5(`item:${uri}?etag=${object.etag.replaceAll('"', '')}`, LANDING_NAMESPACE);
    const arrivals = { object, namespace, ordinals: new Set<number>(), repeated: 0, wrong: 0 };
    bySource.set(uri, arrivals);
    return arrivals;
  };
  return {
    take: (stored) => {
      const item = plain({ M: stored }) as Record<string, unknown>;
      const arrivals = arrivalsOf(String(item['source']));
      if (arrivals === undefined) throw new TypeError(`An item of no object that exists: ${JSON.stringify(item)}`);
      const ordinal = item['ordinal'] as number;
      const expected = {
        uuid: uuidV5(String(ordinal), arrivals.namespace),
        upload_date: LAST_MODIFIED,
        feed: 'bench',
        source: item['source'],
        source_version: arrivals.namespace.replaceAll('-', ''),
        ordinal,
        record: arrivals.object.record(ordinal),
      };
      if (arrivals.ordinals.has(ordinal)) arrivals.repeated += 1;
      arrivals.ordinals.add(ordinal);
      if (ordinal < arrivals.object.records && isDeepStrictEqual(item, expected)) return;
      arrivals.wrong += 1;
      arrivals.example ??= `${JSON.stringify(item)} instead of ${JSON.stringify(expected)}`;
    },
    verdicts: () => {
      const verdicts: Record<string, Verdict> = {};
      for (const [uri, { object, ordinals, repeated, wrong, example }] of bySource) {
        const counts = { expected: object.records, arrived: ordinals.size, repeated, wrong };
        verdicts[uri] = example === undefined ? counts : { ...counts, example };
      }
      bySource.clear();
      return verdicts;
    },
  };
}

function plain(value: AttributeValue): unknown {
  if ('S' in value) return value.S;
  if ('N' in value) return Number(value.N);
  if ('BOOL' in value) return value.BOOL;
  if ('L' in value) return value.L.map(plain);
  if ('M' in value) return Object.fromEntries(Object.entries(value.M).map(([name, inner]) => [name, plain(inner)]));
  return null;
}

function uuidV5(name: string, namespace: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
