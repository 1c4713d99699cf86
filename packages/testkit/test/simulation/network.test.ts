import { afterEach, expect, test } from 'vitest';
import { chanceOf } from '../../src/simulation/chance.ts';
import { Scheduler } from '../../src/simulation/time/scheduler.ts';
import { SimulatedProcess } from '../../src/simulation/time/simulated-process.ts';
import { installVirtualGlobals } from '../../src/simulation/time/virtual-globals.ts';
import { Trace } from '../../src/simulation/trace.ts';
import { Network } from '../../src/simulation/wire/network.ts';

const undo: (() => void)[] = [];
afterEach(() => {
  for (const one of undo.splice(0)) one();
});

function wire(haltsBeforeSocket = true): {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly process: SimulatedProcess;
  readonly applied: string[];
  readonly said: string[];
  readonly send: (name: string, timeoutMs?: number) => void;
} {
  const scheduler = new Scheduler();
  undo.push(installVirtualGlobals(scheduler));
  const settings = { haltsBeforeSocket, longestDelayMs: 4000 };
  const network = new Network(scheduler, chanceOf('network'), new Trace(false), settings);
  const process = new SimulatedProcess('one', chanceOf('one'), { offsetMs: 0, rate: 1 }, () => scheduler.now);
  const [applied, said]: [string[], string[]] = [[], []];
  const send = (name: string, timeoutMs = 5000): void => {
    const apply = (fault: string | undefined): string => {
      applied.push(fault === undefined ? name : `${name} with ${fault}`);
      return name;
    };
    network.send({ process, service: 'table', what: name, apply, timeoutMs }).then(
      (answer) => said.push(answer),
      (error: { readonly code: string }) => said.push(`${name}: ${error.code}`),
    );
  };
  return { scheduler, network, process, applied, said, send };
}

test.each([
  { fault: 'refuse', applied: [], said: ['a: ECONNREFUSED', 'b'] },
  { fault: 'lose-request', applied: ['b'], said: ['b', 'a: ECONNRESET'] },
  { fault: 'lose-response', applied: ['a', 'b'], said: ['a: ECONNRESET', 'b'] },
  { fault: 'silence', applied: ['a', 'b'], said: ['b', 'a: ETIMEDOUT'] },
  { fault: 'unprocessed', applied: ['a with unprocessed', 'b'], said: ['a', 'b'] },
])('does to one request what $fault says', async ({ fault, applied, said }) => {
  const one = wire();
  one.network.arm('table', fault, 1);
  one.scheduler.inProcess(one.process, 0, () => one.send('a'));
  one.scheduler.inProcess(one.process, 1000, () => one.send('b'));
  await one.scheduler.run(() => false);
  expect(one.applied).toEqual(fault === 'refuse' ? ['b'] : applied);
  expect(one.said.toSorted()).toEqual(said.toSorted());
});

test('lets a later request overtake a delayed one', async () => {
  const { scheduler, network, process, send, applied } = wire();
  network.arm('table', 'delay', 1);
  scheduler.inProcess(process, 0, () => {
    send('first');
    send('second');
  });
  await scheduler.run(() => false);
  expect(applied).toEqual(['second', 'first']);
});

test.each([
  { haltsBeforeSocket: true, moment: 'before' as const, applied: [] as string[] },
  { haltsBeforeSocket: true, moment: 'after' as const, applied: ['a'] },
  { haltsBeforeSocket: false, moment: 'before' as const, applied: ['a'] },
])('kills the sender $moment the wire ($haltsBeforeSocket)', async ({ haltsBeforeSocket, moment, applied }) => {
  const one = wire(haltsBeforeSocket);
  one.network.ambush({ service: 'table', moment, count: 1, strike: (process) => process.kill() });
  one.scheduler.inProcess(one.process, 0, () => one.send('a'));
  await one.scheduler.run(() => false);
  expect(one.applied).toEqual(applied);
  expect(one.said).toEqual([]);
});

test('heals', async () => {
  const { scheduler, network, process, send, said } = wire();
  network.arm('table', 'refuse', 5);
  network.outage('table', 'refuse', 60_000);
  network.heal();
  scheduler.inProcess(process, 0, () => send('a'));
  await scheduler.run(() => false);
  expect(said).toEqual(['a']);
});
