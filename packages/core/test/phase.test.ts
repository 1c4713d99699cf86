import { describe, expect, it } from 'vitest';
import { type Phase, type PhaseFacts, phaseOf } from '../src/run/object/phase.ts';

/** The truth table of `phase.ts`, row by row; `any` stands for every value. */
const ROWS: readonly (readonly [Record<keyof PhaseFacts, string>, read: boolean, write: boolean])[] = [
  [{ failed: 'yes', lease: 'any', stopped: 'any', graceOver: 'any' }, false, false],
  [{ failed: 'no', lease: 'over', stopped: 'any', graceOver: 'any' }, false, false],
  [{ failed: 'no', lease: 'none or held', stopped: 'signal', graceOver: 'any' }, false, false],
  [{ failed: 'no', lease: 'none or held', stopped: 'deadline', graceOver: 'yes' }, false, false],
  [{ failed: 'no', lease: 'none or held', stopped: 'deadline', graceOver: 'no' }, false, true],
  [{ failed: 'no', lease: 'none or held', stopped: 'no', graceOver: 'any' }, true, true],
];

const VALUES: { readonly [K in keyof PhaseFacts]: readonly (readonly [string, PhaseFacts[K]])[] } = {
  failed: [
    ['yes', true],
    ['no', false],
  ],
  lease: [
    ['none', 'none'],
    ['held', 'held'],
    ['over', 'over'],
  ],
  stopped: [
    ['no', 'no'],
    ['deadline', 'deadline'],
    ['signal', 'signal'],
  ],
  graceOver: [
    ['yes', true],
    ['no', false],
  ],
};

/** Every combination of facts, with their names in the table. */
function combinations(): (readonly [PhaseFacts, Record<keyof PhaseFacts, string>])[] {
  return VALUES.failed.flatMap(([a, failed]) =>
    VALUES.lease.flatMap(([b, lease]) =>
      VALUES.stopped.flatMap(([c, stopped]) =>
        VALUES.graceOver.map(
          ([d, graceOver]) =>
            [
              { failed, lease, stopped, graceOver },
              { failed: a, lease: b, stopped: c, graceOver: d },
            ] as const,
        ),
      ),
    ),
  );
}

function matches(row: Record<keyof PhaseFacts, string>, names: Record<keyof PhaseFacts, string>): boolean {
  return (Object.keys(row) as (keyof PhaseFacts)[]).every(
    (fact) => row[fact] === 'any' || row[fact].split(' or ').includes(names[fact]),
  );
}

describe('what an object under way may still do', () => {
  it.each(combinations())('%j', (facts, names) => {
    const fitting = ROWS.filter(([row]) => matches(row, names));
    expect(fitting, 'rows of the table').toHaveLength(1);
    const [[, mayRead, mayWrite]] = fitting as [(typeof ROWS)[number]];
    expect(phaseOf(facts)).toEqual<Phase>({ mayRead, mayWrite });
  });
});
