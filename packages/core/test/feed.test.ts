import {
  feed,
  filter,
  flatMap,
  isMillraceError,
  map,
  MillraceError,
  type Observer,
  tap,
  validate,
} from '@millrace/core';
import { check, checkOptions, toMillraceError } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { keep, keepRejections, lines, numbered, textSource } from './fixtures.ts';

const start = () => feed('test').from(textSource()).through(lines());

describe('feed', () => {
  it('refuses names that could not stand in a key', () => {
    for (const name of ['', 'a b', 'a/b', 'x'.repeat(129)])
      expect(() => feed(name)).toThrow(expect.objectContaining({ code: 'FEED_NAME_INVALID' }));
    expect(() => feed('steam-prices_v1.2')).not.toThrow();
  });

  it('repeats at run time what the types say', () => {
    const invalid = expect.objectContaining({ code: 'FEED_INVALID' });
    const { sink } = keep<string>();
    const sourceless = feed('x').from({} as ReturnType<typeof textSource>);
    expect(() => sourceless.through(lines()).to(sink)).toThrow(invalid);
    expect(() =>
      start()
        .through(lines() as never)
        .to(sink as never),
    ).toThrow(invalid);
    expect(() => start().to({} as never)).toThrow(invalid);
    expect(() => start().to({ ...sink, limits: { bytes: 10 } })).toThrow(invalid);
    expect(() => start().to({ ...sink, concurrency: 0 })).toThrow(invalid);
    expect(() => start().to({ ...sink, write: undefined } as never)).toThrow(invalid);
  });

  it('is a value that runs may share, at the same time', async () => {
    const kept = keep<string>();
    const shared = start().to(kept.sink);
    const reports = await Promise.all([shared.run([numbered(50, 10, 'a')]), shared.run([numbered(70, 10, 'b')])]);
    expect(reports.map(({ totals }) => totals.written)).toEqual([50, 70]);
    expect(reports[0]!.run).not.toBe(reports[1]!.run);
    expect(Object.isFrozen(shared)).toBe(true);
  });

  it('branches without the branches touching each other', async () => {
    const [left, right] = [keep<string>(), keep<string>()];
    const trunk = start();
    await trunk
      .through(map((line) => `${line}!`))
      .to(left.sink)
      .run([numbered(1)]);
    await trunk.to(right.sink).run([numbered(1)]);
    expect([left.values(), right.values()]).toEqual([['0!'], ['0']]);
  });

  it('closes sink and source once, and does not run afterwards', async () => {
    const closed: string[] = [];
    const source = { ...textSource(), close: () => void closed.push('source') };
    const closing = feed('x')
      .from(source)
      .through(lines())
      .to({ ...keep<string>().sink, close: async () => void closed.push('sink') });
    await Promise.all([closing.close(), closing.close()]);
    expect(closed).toEqual(['sink', 'source']);
    await expect(closing.run([])).rejects.toMatchObject({ code: 'FEED_CLOSED' });
  });
});

describe('validate', () => {
  const schema = z.object({ id: z.string().transform(Number), tags: z.array(z.string()) });

  it("passes the schema's output on and rejects with the issues and their paths", async () => {
    const kept = keep<{ id: number }>();
    const rejected = keepRejections();
    await start()
      .through(map((line) => (line === '1' ? { id: 1, tags: ['a', 2] } : { id: line, tags: [] })))
      .through(validate(schema))
      .to(kept.sink)
      .run([numbered(3)], { quarantine: rejected.sink });
    expect(kept.values()).toEqual([
      { id: 0, tags: [] },
      { id: 2, tags: [] },
    ]);
    expect(rejected.values()[0]).toMatchObject({
      code: 'SCHEMA_VIOLATION',
      stage: 'validate',
      value: { id: 1 },
      details: { issues: 2, content: { issues: [{ path: 'id' }, { path: 'tags.1' }] } },
    });
  });

  it('awaits schemas that check asynchronously', async () => {
    const kept = keep<string>();
    const rejected = keepRejections();
    const even = z.string().refine(async (line) => Number(line) % 2 === 0);
    await start()
      .through(validate(even))
      .to(kept.sink)
      .run([numbered(4)], { quarantine: rejected.sink });
    expect([kept.values(), rejected.values().map(({ ordinal }) => ordinal)]).toEqual([
      ['0', '2'],
      [1, 3],
    ]);
  });

  it('refuses what is no schema', () => {
    expect(() => validate({} as never)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});

describe('map, filter, flatMap and tap', () => {
  it('refuse what is no function', () => {
    for (const make of [map, filter, flatMap, tap] as ((callback: never) => unknown)[]) {
      expect(() => make('no' as never)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    }
  });
});

describe('the observer', () => {
  it('sees items, progress, rejections and the end', async () => {
    const seen: string[] = [];
    const observer: Observer = {
      itemStarted: ({ ref }) => seen.push(`start ${ref}`),
      progress: ({ counts }) => seen.push(`progress ${counts.read}`),
      recordRejected: ({ ordinal }) => seen.push(`rejected ${ordinal}`),
      itemFinished: ({ outcome }) => seen.push(outcome),
      runFinished: ({ totals }) => seen.push(`end ${totals.read}`),
    };
    await start()
      .to(keep<string>().sink)
      .run([{ name: 'x', chunks: ['0\n1\n', 'bad\n'] }], { observer, quarantine: keepRejections().sink });
    expect(seen.filter((line, index) => line !== seen[index - 1])).toEqual([
      'start text:x',
      'progress 2',
      'rejected 2',
      'progress 3',
      'complete',
      'end 3',
    ]);
  });

  it('that throws does not touch the run, and is counted', async () => {
    const observer: Observer = {
      progress: () => {
        throw new Error('metrics down');
      },
    };
    const report = await start()
      .to(keep<string>().sink)
      .run([numbered(20)], { observer });
    expect(report).toMatchObject({ outcome: 'complete', observerErrors: 3, totals: { written: 20 } });
  });
});

describe('feed names', () => {
  it('are refused where they would lead out of a folder', () => {
    for (const name of ['', '.', '..', '...', 'a/b', 'a\\b', '../a', 'x'.repeat(129)]) {
      expect(() => feed(name)).toThrow(expect.objectContaining({ code: 'FEED_NAME_INVALID' }));
    }
    for (const name of ['a', '.a', 'a..b', '-', '_']) expect(feed(name)).toHaveProperty('from');
  });
});

describe('errors', () => {
  it('keep code, place, details and cause, also as JSON', () => {
    const error = new MillraceError('X_FAILED', 'x', {
      stage: 's',
      item: 'i',
      ordinal: 3,
      details: { a: 1 },
      cause: new TypeError('t', { cause: 'deep' }),
    });
    expect(error).toBeInstanceOf(Error);
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code: 'X_FAILED',
      message: 'x',
      stage: 's',
      item: 'i',
      ordinal: 3,
      details: { a: 1 },
      cause: 'TypeError (caused by a value of type string)',
    });
  });

  it('are recognised, and others wrapped, with the place that was missing', () => {
    const own = new MillraceError('X', 'x', { stage: 'inner' });
    expect(toMillraceError(own, 'Y', { stage: 'outer', ordinal: 1 })).toBe(own);
    expect(own).toMatchObject({ stage: 'inner', ordinal: 1 });
    expect(toMillraceError('text', 'SOURCE_FAILED')).toMatchObject({
      code: 'SOURCE_FAILED',
      message: 'text',
      cause: 'text',
    });
    expect([isMillraceError(own), isMillraceError(new Error('x')), isMillraceError(null)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('checkOptions', () => {
  interface Options {
    readonly table: string;
    readonly size?: number;
    readonly mode?: 'a' | 'b';
  }
  const checked = (options: unknown): void =>
    checkOptions('thing', options as Options, {
      table: check.text,
      size: check.optional(check.integer(1, 25)),
      mode: check.optional(check.oneOf('a', 'b')),
    });

  it('accepts what fits', () => {
    expect(() => checked({ table: 't', size: 25, mode: 'a' })).not.toThrow();
    expect(() => checked({ table: 't', size: undefined })).not.toThrow();
  });

  it('says what was expected and what came', () => {
    expect(() => checked({ table: 't', sise: 1 })).toThrow('thing has no option "sise"; it knows table, size, mode.');
    expect(() => checked({ table: '' })).toThrow('thing: option "table" must be a non-empty string, but it is "".');
    expect(() => checked({ table: 't', size: 26 })).toThrow('must be a whole number from 1 to 25, but it is 26');
    expect(() => checked({ table: 't', mode: 'c' })).toThrow('must be one of "a", "b", but it is "c"');
  });

  it('has a check for each usual kind', () => {
    const bad: [(value: unknown) => string | undefined, unknown][] = [
      [check.flag, 1],
      [check.callback, 'f'],
      [check.object, null],
      [check.numeric(0, 1), 1.5],
      [check.integer(1), 1.5],
      [check.text, 5],
    ];
    for (const [one, value] of bad) expect(one(value)).toEqual(expect.any(String));
    expect(check.anything({})).toBeUndefined();
    expect(check.numeric(0)(1n)).toBe('a number of at least 0');
  });

  it('name what a plugin threw, and leave its text to the cause and the quarantine', () => {
    const secret = 'canary-7f3a';
    const system = Object.assign(new Error(`connect ${secret}`), { code: 'ECONNREFUSED' });
    const odd = Object.assign(new TypeError(secret, { cause: system }), { name: secret, code: `${secret}!` });
    for (const [thrown, what] of [
      [new SyntaxError(secret), 'SyntaxError'],
      [odd, 'Error (caused by Error ECONNREFUSED)'],
      [secret, 'a value of type string'],
      [{ message: secret }, 'a value of type object'],
      [null, 'a value of type null'],
    ] as const) {
      const error = toMillraceError(thrown, 'SINK_FAILED');
      expect(error.message).toContain(`threw ${what}.`);
      expect(JSON.stringify(error)).not.toContain(secret);
      expect(error.cause).toBe(thrown);
      if (thrown instanceof Error) expect(error.details).toMatchObject({ content: { thrown: expect.any(String) } });
    }
  });

  it('keep content of details to themselves, also in a chain of causes', () => {
    const inner = new MillraceError('INNER', 'inner', { details: { line: 1, content: { name: 'secret' } } });
    const outer = new MillraceError('OUTER', 'outer', { details: { content: ['secret'] }, cause: inner });
    expect(JSON.parse(JSON.stringify(inner))).toMatchObject({ details: { line: 1 } });
    expect(JSON.parse(JSON.stringify(outer))).toEqual({ code: 'OUTER', message: 'outer', cause: 'INNER: inner' });
    expect(JSON.stringify([inner, outer])).not.toContain('secret');
  });
});
