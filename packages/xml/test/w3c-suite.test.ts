import { describe, expect, it } from 'vitest';
import { inFull } from '../../../test/support/in-full.ts';
import { type SuiteTest, suiteTests } from './support/w3c-suite.ts';
import { outcomeOf, readBySaxes, recordOf, rootOf } from './support/xml-events.ts';

const tests = suiteTests();
const OPTIONS = { arrays: 'all', onMissing: 'skip' } as const;

/** Documents of the suite that are text, with what becomes of each. */
const outcomes = tests.flatMap((test) => {
  if (test.text === undefined) return [];
  const reading = readBySaxes(test.text);
  const root = reading === undefined ? 'none' : rootOf(reading);
  const record = /\s/.test(root) ? 'none' : `/${root}`;
  return [{ test, text: test.text, reading, record, own: outcomeOf([test.text], { ...OPTIONS, record }) }];
});

/** Why a document is refused that the suite calls well-formed. */
const REFUSED: readonly string[] = ['is not a reference'];

/** Why a document passes that the suite calls broken. */
function whyAccepted({ id, recommendation, editions }: SuiteTest, text: string): string | undefined {
  if (text.includes('<!DOCTYPE')) return 'what a DOCTYPE holds is not judged';
  if (id === 'hst-lhs-008') return 'the declared encoding is not looked at';
  if (recommendation.startsWith('NS')) return 'namespaces are not resolved';
  return editions === '1 2 3 4' ? 'names are those of the fifth edition' : undefined;
}

describe("the W3C's conformance suite of XML", () => {
  it('was found', () => {
    expect(tests).toHaveLength(2585);
    // The others are broken in their encoding, which is the decoder's to say.
    expect(outcomes).toHaveLength(2546);
    expect(tests.filter(({ type, text }) => text === undefined && type !== 'not-wf')).toEqual([]);
  });

  it('is read as saxes reads it', () => {
    const different = outcomes.filter(({ reading, record, own }) => {
      if (!('records' in own)) return reading !== undefined;
      if (reading === undefined) return true;
      return record !== 'none' && JSON.stringify(sorted(own.records)) !== JSON.stringify(sorted([recordOf(reading)]));
    });
    // saxes takes a line end of XML 1.1 in the declaration, in which section 2.11 forbids it.
    expect(different.map(({ test }) => test.id)).toEqual(['rmt-055', 'rmt-056', 'rmt-057']);
  });

  it('passes where it is well-formed, unless it needs an entity of its DTD', () => {
    const refused = outcomes.filter(
      ({ test, own }) =>
        (test.type === 'valid' || test.type === 'invalid') &&
        'code' in own &&
        !REFUSED.some((reason) => own.message.includes(reason)),
    );
    expect(refused.map(({ test }) => test.id)).toEqual([]);
  });

  it('is refused where it is not well-formed', () => {
    const accepted = outcomes.filter(({ test, own }) => test.type === 'not-wf' && 'records' in own);
    const unexplained = accepted.filter(({ test, text }) => whyAccepted(test, text) === undefined);
    expect(unexplained.map(({ test }) => test.id)).toEqual([]);
  });

  it('is the same however it is cut', () => {
    // Every tenth document, unless all are wanted.
    for (const { test, text, record, own } of outcomes.filter((_, index) => inFull || index % 10 === 0)) {
      if (!text.isWellFormed()) continue;
      const inPieces = outcomeOf(text.split(''), { ...OPTIONS, record });
      if ('records' in own) expect(inPieces, test.id).toEqual(own);
      else expect(inPieces, test.id).toMatchObject({ code: own.code, details: own.details });
    }
  });
});

/** A value with the keys of its objects in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, some]) => [key, sorted(some)]),
  );
}
