import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { chanceOf } from '../../src/simulation/chance.ts';
import { Scheduler } from '../../src/simulation/time/scheduler.ts';
import { type ClockError, SimulatedProcess, WORLD_EPOCH } from '../../src/simulation/time/simulated-process.ts';
import { installVirtualGlobals } from '../../src/simulation/time/virtual-globals.ts';

const undo: (() => void)[] = [];
afterEach(() => {
  for (const one of undo.splice(0)) one();
});

function world(): {
  readonly scheduler: Scheduler;
  readonly process: (clock?: ClockError) => SimulatedProcess;
  readonly said: string[];
} {
  const scheduler = new Scheduler();
  undo.push(installVirtualGlobals(scheduler));
  const process = (clock: ClockError = { offsetMs: 0, rate: 1 }): SimulatedProcess =>
    new SimulatedProcess('process', chanceOf('process'), clock, () => scheduler.now);
  return { scheduler, process, said: [] };
}

test('has events happen in the order of virtual time, and equal ones in the order in which they came', async () => {
  const { scheduler, said } = world();
  scheduler.inWorld(20, () => said.push('late'));
  scheduler.inWorld(10, () => said.push('first'));
  scheduler.inWorld(10, () => said.push('second'));
  await expect(scheduler.run(() => false)).resolves.toBe('idle');
  expect(said).toEqual(['first', 'second', 'late']);
  expect(scheduler.now).toBe(20);
});

test('gives each process its own clocks, timers and chance', async () => {
  const { scheduler, process, said } = world();
  const ahead = process({ offsetMs: 500, rate: 2 });
  scheduler.inProcess(ahead, 100, () => {
    said.push(`${Date.now() - WORLD_EPOCH} ${new Date().getTime() - WORLD_EPOCH} ${performance.now()}`);
    setTimeout(() => said.push(`timer at ${scheduler.now}`), 100);
    said.push(`${Math.random() < 1} ${crypto.randomUUID()}`);
  });
  await scheduler.run(() => false);
  expect(said).toEqual(['700 700 200', `true ${drawnAfterOne()}`, 'timer at 150']);
});

function drawnAfterOne(): string {
  const chance = chanceOf('process');
  chance.next();
  return chance.uuid();
}

test('lets promises settle before the next event', async () => {
  const { scheduler, process, said } = world();
  const one = process();
  scheduler.inProcess(one, 5, () => {
    void Promise.resolve()
      .then(() => {})
      .then(() => said.push('after two turns'));
    queueMicrotask(() => said.push('microtask'));
  });
  scheduler.inWorld(5, () => said.push('next event'));
  await scheduler.run(() => false);
  expect(said).toEqual(['microtask', 'after two turns', 'next event']);
});

test('keeps what comes for a stopped process, and its overdue timers fire when it goes on', async () => {
  const { scheduler, process, said } = world();
  const one = process();
  scheduler.inProcess(one, 0, () => setTimeout(() => said.push(`timer ${performance.now()}`), 50));
  scheduler.inWorld(10, () => one.halt('stop'));
  scheduler.inProcess(one, 30, () => said.push(`delivery ${performance.now()}`));
  scheduler.inWorld(200, () => scheduler.resume(one));
  await scheduler.run(() => false);
  expect(said).toEqual(['delivery 200', 'timer 200']);
});

test('holds the monotonic clock of a suspended process, and with it its timers', async () => {
  const { scheduler, process, said } = world();
  const one = process();
  scheduler.inProcess(one, 0, () =>
    setTimeout(() => said.push(`timer ${performance.now()} ${Date.now() - WORLD_EPOCH}`), 50),
  );
  scheduler.inWorld(10, () => one.halt('suspend'));
  scheduler.inWorld(200, () => scheduler.resume(one));
  await scheduler.run(() => false);
  expect(said).toEqual(['timer 50 240']);
});

test('drops what a dead process had in hand', async () => {
  const { scheduler, process, said } = world();
  const one = process();
  scheduler.inProcess(one, 0, () => {
    setTimeout(() => said.push('timer'), 50);
    const repeated = setInterval(() => said.push('interval'), 4);
    setTimeout(() => clearInterval(repeated), 9);
  });
  scheduler.inWorld(20, () => one.kill());
  await scheduler.run(() => false);
  expect(said).toEqual(['interval', 'interval']);
});

test('sleeps and times out in virtual time, and gives the real clocks back', async () => {
  const before = { date: Date, timeout: setTimeout, random: Math.random };
  const scheduler = new Scheduler();
  const restore = installVirtualGlobals(scheduler);
  const one = new SimulatedProcess('one', chanceOf('one'), { offsetMs: 0, rate: 1 }, () => scheduler.now);
  const said: string[] = [];
  scheduler.inProcess(one, 0, () => {
    const signal = AbortSignal.timeout(30);
    signal.addEventListener('abort', () => said.push(`abort ${scheduler.now} ${(signal.reason as Error).name}`));
    void sleep(3_600_000, 'slept').then((value) => said.push(`${value} ${scheduler.now}`));
  });
  await scheduler.run(() => false);
  restore();
  expect(said).toEqual(['abort 30 TimeoutError', 'slept 3600000']);
  expect({ date: Date, timeout: setTimeout, random: Math.random }).toEqual(before);
});

test('ends a simulation that goes on for ever', async () => {
  const scheduler = new Scheduler({ maxEvents: 100, maxMs: 1e9 });
  const again = (): void => void scheduler.inWorld(1, again);
  again();
  await expect(scheduler.run(() => false)).resolves.toBe('endless');
});
