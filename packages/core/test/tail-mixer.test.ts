import { MillraceError, type Sink } from '@millrace/core';
import type { Context } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { turns } from '../../../test/support/turns.ts';
import { LiveEntry } from '../src/run/read/live-entry.ts';
import { Gate } from '../src/run/write/gate.ts';
import { TailMixer } from '../src/run/write/tail-mixer.ts';
import type { Share } from '../src/run/write/write-shares.ts';

const never = new AbortController().signal;

/** A mixer in front of a sink that keeps what each write brings, and the gate that both share. */
function stand(limits: Sink<string>['limits'] = {}, over: AbortSignal = never) {
  const writes: string[][] = [];
  const gate = new Gate(1, over);
  const sink: Sink<unknown> = {
    name: 'kept',
    limits,
    write: async (entries) => void writes.push(entries.map(({ value }) => String(value))),
  };
  return { writes, gate, mixer: new TailMixer(sink, gate, limits.count ?? 100) };
}

/** The last records of an object that may write as long as `stopped` names no reason. */
function share(values: readonly string[]) {
  const state: { stopped?: Error } = {};
  const became: string[] = [];
  const context = { stage: 'kept', signal: never, count: () => {} } as unknown as Context;
  const home = { context, first: 0, place: undefined } as never;
  const shared: Share<string> = {
    entries: values.map((value, ordinal) => new LiveEntry(value, ordinal, '', home)),
    context,
    assertMayWrite: () => {
      if (state.stopped !== undefined) throw state.stopped;
    },
    isStopped: () => false,
    answered: async () => void became.push('written'),
    failed: ({ code }) => void became.push(code),
  };
  return { shared, became, stop: () => (state.stopped = new MillraceError('STOPPED', 'It stopped.')) };
}

describe('the last records of several objects', () => {
  it('are written without those of an object that stopped while they waited for their turn', async () => {
    const { writes, gate, mixer } = stand();
    const [going, stopped] = [share(['a', 'b']), share(['c'])];
    const ends = [mixer.expect(), mixer.expect()];
    expect(gate.enter()).toBeUndefined();
    const settled = [going, stopped].map(({ shared }) => mixer.add(shared, 1));
    for (const end of ends) end();
    stopped.stop();
    gate.leave();
    await Promise.all(settled);
    expect(writes).toEqual([['a', 'b']]);
    expect([going.became, stopped.became]).toEqual([['written'], ['STOPPED']]);
  });

  it('leave the gate to others without a write if all of the objects stopped', async () => {
    const { writes, gate, mixer } = stand();
    const stopped = share(['a']);
    stopped.stop();
    await mixer.add(stopped.shared, 1);
    expect([writes, stopped.became]).toEqual([[], ['STOPPED']]);
    expect(gate.enter()).toBeUndefined();
  });

  it('are written at once by the last object that can add to them, and wait for it', async () => {
    const { writes, mixer } = stand();
    const [first, second] = [mixer.expect(), mixer.expect()];
    const settled = mixer.add(share(['a']).shared, 1);
    first();
    first();
    await turns(2);
    expect(writes).toEqual([]);
    second();
    await settled;
    expect(writes).toEqual([['a']]);
  });

  it('fill a write to the limit of records and of bytes, and no further', async () => {
    for (const limits of [{ count: 3 }, { bytes: 3 }]) {
      const { writes, mixer } = stand(limits);
      const end = mixer.expect();
      const settled = [['a', 'b'], ['c'], ['d', 'e'], ['f', 'g']].map((values) =>
        mixer.add(share(values).shared, values.length),
      );
      end();
      await Promise.all(settled);
      expect(writes).toEqual([
        ['a', 'b', 'c'],
        ['d', 'e'],
        ['f', 'g'],
      ]);
    }
  });

  it('fail with the run that is over before their turn has come', async () => {
    const over = new AbortController();
    const { writes, gate, mixer } = stand({}, over.signal);
    const waiting = share(['a']);
    expect(gate.enter()).toBeUndefined();
    const settled = mixer.add(waiting.shared, 1);
    over.abort(new MillraceError('OVER', 'The run is over.'));
    await settled;
    expect([writes, waiting.became]).toEqual([[], ['OVER']]);
  });
});
