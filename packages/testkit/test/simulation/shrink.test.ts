import { expect, test } from 'vitest';
import { type Scenario, shrink, type WorldEvent } from '../../src/simulation.ts';

const fault = (at: number, name: string): WorldEvent => ({
  at,
  kind: 'fault',
  service: 'table',
  fault: name,
  times: 1,
});

test('keeps the events that the failure needs, and makes them smaller', async () => {
  const content = { object: 'o', version: 0, lines: 9, keys: 9, broken: [1, 2], odd: [] };
  const put: WorldEvent = { at: 5, kind: 'put', content, notices: [10, 20] };
  const events = [...Array.from({ length: 20 }, (_, at) => fault(at, `f${at}`)), put];
  let runs = 0;
  const small = await shrink({ seed: '1', settings: {} as Scenario['settings'], events }, async ({ events: kept }) => {
    runs += 1;
    return kept.some(({ kind }) => kind === 'put') && kept.includes(events[3]!) && kept.includes(events[17]!);
  });
  expect(small.events).toEqual([events[3], events[17], { ...put, content: { ...content, broken: [] }, notices: [10] }]);
  expect(runs).toBeLessThan(200);
});

test('leaves a history alone that it cannot make smaller', async () => {
  const events = [fault(1, 'a'), fault(2, 'b')];
  const scenario = { seed: '1', settings: {} as Scenario['settings'], events };
  await expect(shrink(scenario, async ({ events: kept }) => kept.length === 2)).resolves.toEqual(scenario);
});
