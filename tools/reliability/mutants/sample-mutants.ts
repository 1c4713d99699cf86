import { random } from '../random.ts';
import type { Mutant } from './find-mutants.ts';

/**
 * Draws mutants, all of different places as long as there are places left, so that a condition that can be changed in three
 * ways does not count three times. The same mutants, count and seed give the same sample.
 */
export function sampleMutants(mutants: readonly Mutant[], count: number, seed: number): readonly Mutant[] {
  const { shuffle } = random(seed, 0);
  const places = new Map<string, Mutant[]>();
  for (const mutant of mutants) {
    const place = `${mutant.file}:${mutant.start}`;
    places.set(place, [...(places.get(place) ?? []), mutant]);
  }
  let queue = shuffle([...places.values()]).map((sharing) => shuffle(sharing));
  const sample: Mutant[] = [];
  while (queue.length > 0 && sample.length < count) {
    const taken = queue.slice(0, count - sample.length);
    sample.push(...taken.map((sharing) => sharing[0]!));
    queue = queue.map((sharing) => sharing.slice(1)).filter(({ length }) => length > 0);
  }
  return sample;
}
