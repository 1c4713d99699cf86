import fc from 'fast-check';
import { v5 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { landingUuid } from '../src/index.ts';
import { landingNamespace, landingPlace, landingVersion, MILLRACE_NAMESPACE, namesIn } from '../src/plugin.ts';
import { sha1 } from '../src/landing/sha1.ts';

const names = fc.oneof(
  fc.nat().map(String),
  fc.string({ unit: 'binary', maxLength: 120 }),
  fc.string({ minLength: 40, maxLength: 60 }),
  fc.string({ minLength: 1000, maxLength: 3000 }),
);

describe('UUIDs', () => {
  it('are those of the uuid package, by every way to make them', () => {
    const namespace = fc.uuid();
    fc.assert(
      fc.property(namespace, fc.array(names, { minLength: 1, maxLength: 5 }), (ns, all) => {
        const fast = namesIn(ns);
        const fallback = namesIn(ns, sha1);
        for (const name of all) {
          expect(fast(name)).toBe(v5(name, ns));
          expect(fallback(name)).toBe(v5(name, ns));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('have the documented names', () => {
    const id = 's3://prices/2026/a b.ndjson.gz?versionId=1';
    expect(MILLRACE_NAMESPACE).toBe(v5('https://github.com/millrace/millrace', v5.URL));
    const item = v5(`item:${id}`, MILLRACE_NAMESPACE);
    expect(landingUuid(id, 17)).toBe(v5('17', item));
    expect(landingUuid(id, 17, '0.1')).toBe(v5('17.0.1', item));
    expect(landingVersion(id)).toBe(item.replaceAll('-', ''));
    expect(landingUuid('s3://b/k', 0)).toBe('d54fad6f-e9dd-5370-bbc3-12e8cfb910ca');
  });

  it('have namespaces of their own for each kind of key', () => {
    expect(landingNamespace('item', 'a')).toBe(v5('item:a', MILLRACE_NAMESPACE));
    expect(landingNamespace('key', 'a')).toBe(v5('key:a', MILLRACE_NAMESPACE));
    expect(landingNamespace('content', 'a')).toBe(v5('content:a', MILLRACE_NAMESPACE));
    expect([landingPlace(17, ''), landingPlace(17, '0.1')]).toEqual(['17', '17.0.1']);
  });
});
