import { describe, expect, it } from 'vitest';
import { ResumePoint } from '../src/run/object/resume-point.ts';

/** A point after records were handed on, batches opened and settled, and reading ended or was distrusted. */
function pointAfter(events: string, start = 0, group = 1): ResumePoint {
  const point = new ResumePoint(start, group);
  const spans = new Map<string, ReturnType<ResumePoint['open']>>();
  for (const event of events.split(' ').filter(Boolean)) {
    const [what, value = ''] = event.split(':');
    if (what === 'to') point.advance(Number(value));
    else if (what === 'open') spans.set(value, point.open(Number(value)));
    else if (what === 'settle') point.close(spans.get(value)!);
    else if (what === 'end') point.end();
    else if (what === 'distrust') point.distrust();
    else throw new Error(`No such event: ${event}`);
  }
  return point;
}

describe('where the next run resumes', () => {
  it.each<[events: string, start: number, group: number, value: number]>([
    // Nothing was read: where the earlier run stopped.
    ['', 0, 1, 0],
    ['', 40, 1, 40],
    // A batch in flight holds the point at its first record; later ones do not.
    ['open:0 to:10', 0, 1, 0],
    ['open:0 to:10 settle:0', 0, 1, 10],
    ['open:0 to:5 open:5 to:10 settle:5', 0, 1, 0],
    ['open:0 to:5 open:5 to:10 settle:0', 0, 1, 5],
    ['open:40 to:45 settle:40', 40, 1, 45],
    // Groups are written whole or not at all.
    ['to:10', 0, 4, 8],
    ['to:10 end', 0, 4, 10],
    ['open:4 to:10', 0, 4, 4],
    ['open:5 to:10 end', 0, 4, 4],
    ['', 10, 4, 8],
    // What broke by itself counts for nothing.
    ['to:10 distrust', 0, 1, 0],
    ['open:40 to:50 settle:40 distrust', 40, 1, 0],
    ['to:10 end distrust', 0, 4, 0],
  ])('after "%s" from %i in groups of %i: %i', (events, start, group, value) => {
    expect(pointAfter(events, start, group).value).toBe(value);
  });

  it.each<[start: number, group: number, ordinal: number, settled: boolean]>([
    [0, 1, 0, false],
    [40, 1, 39, true],
    [40, 1, 40, false],
    [10, 4, 7, true],
    [10, 4, 8, false],
  ])('from %i in groups of %i, record %i is settled: %s', (start, group, ordinal, settled) => {
    expect(new ResumePoint(start, group).isSettled(ordinal)).toBe(settled);
  });

  it('is the start of an object that ends before it was to resume', () => {
    const point = pointAfter('', 40);
    point.assertReached(40);
    expect(point.value).toBe(40);
    expect(() => point.assertReached(39)).toThrow(
      expect.objectContaining({ code: 'RESUME_BEYOND_END', retryable: true, details: { settled: 40, read: 39 } }),
    );
    expect(point.value).toBe(0);
  });
});
