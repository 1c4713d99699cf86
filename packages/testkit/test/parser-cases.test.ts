import { AssertionError } from 'node:assert';
import { type CharsetDecoder, type Decompressor, MillraceError, type Parser } from '@millrace/core';
import { block, located, type Produced } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { charsetDecoderCases, type ConformanceCase, decompressorCases, parserCases } from '../src/index.ts';
import { failingClauses } from './failing.ts';

/** Lines, with `bad` ones rejected; counts blank ones; a text that ends in `\\` is cut short. */
function lines(
  options: {
    readonly carry?: boolean;
    readonly shared?: boolean;
    readonly noCode?: boolean;
    readonly badClose?: boolean;
  } = {},
): Parser<string, string> {
  const { carry = true, shared = false, noCode = false, badClose = false } = options;
  let sharedRest = '';
  return {
    kind: 'parser',
    name: 'lines',
    start: (context) => {
      let rest = '';
      let line = 0;
      const emit = (texts: readonly string[]): Produced<string> =>
        block(
          texts.map((raw) => {
            line += 1;
            if (raw === '') context.count('blank');
            return raw.startsWith('bad') ? context.reject({ code: 'BAD', message: raw, raw, line }) : raw;
          }),
        );
      return {
        push: (chunk) => {
          const texts = ((shared ? sharedRest : rest) + chunk).split('\n');
          if (carry) rest = texts.pop()!;
          sharedRest = rest;
          return emit(texts);
        },
        end: () => {
          if (rest.endsWith('\\')) throw noCode ? new Error('cut short') : new MillraceError('CUT_SHORT', 'cut short');
          return rest === '' ? [] : emit([rest]);
        },
        close: () => {
          if (badClose && rest !== '') throw new Error('cannot close');
        },
      };
    },
  };
}

const SAMPLES = [
  { name: 'empty', input: '', outputs: [] },
  { name: 'one', input: 'a', outputs: ['a'] },
  {
    name: 'lines',
    input: 'one\nbad 2\n\nfour 😀\n',
    outputs: ['one', '', 'four 😀'],
    rejections: ['BAD'],
    counters: { blank: 1 },
  },
  { name: 'cut short', input: 'one\ntwo\\', error: 'CUT_SHORT' },
];

/** Bytes in, bytes out, one higher; lazily. */
function increment(): Decompressor {
  return {
    kind: 'decompressor',
    name: 'increment',
    start: () => ({
      push: async function* (chunk) {
        for (const byte of chunk) yield Uint8Array.of(byte + 1);
      },
    }),
  };
}

async function failures(cases: readonly ConformanceCase[]): Promise<string[]> {
  const failed: string[] = [];
  for (const { clause, name, run } of cases) {
    try {
      await run();
    } catch (error) {
      failed.push(`${clause} ${name}: ${error instanceof AssertionError ? 'differs' : (error as Error).message}`);
    }
  }
  return failed;
}

describe('a codec that keeps the contract', () => {
  it.each(parserCases({ create: () => lines(), samples: SAMPLES }).map((one) => [one.name, one] as const))(
    '%s',
    async (_, one) => {
      await expect(one.run()).resolves.toBeUndefined();
    },
  );

  it('may as well be one of bytes that works lazily', async () => {
    const input = Uint8Array.from({ length: 10_000 }, (_, index) => index % 200);
    const samples = [{ name: 'bytes', input, outputs: [input.map((byte) => byte + 1)] }];
    expect(await failures(decompressorCases({ create: increment, samples }))).toEqual([]);
  });

  it('has distinct cases, each with its clause', () => {
    const cases = parserCases({ create: () => lines(), samples: SAMPLES });
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(new Set(cases.map(({ clause }) => clause))).toEqual(
      new Set(['3.1', '3.2', '3.4', '3.5', '3.6', '3.7', '3.9', '3.10', '3.15', '3.16', '3.17']),
    );
  });
});

describe('a codec that breaks the contract is found out', () => {
  const broken = (create: () => Parser<string, string>) => failures(parserCases({ create, samples: SAMPLES }));

  it('where it loses what crosses a chunk', async () => {
    expect(await broken(() => lines({ carry: false }))).toContain('3.1 lines: singly: differs');
  });

  it('where items share state', async () => {
    const codec = lines({ shared: true });
    expect((await broken(() => codec)).some((failure) => failure.startsWith('3.6'))).toBe(true);
  });

  it('where an error has no code', async () => {
    expect(await broken(() => lines({ noCode: true }))).toContain('3.4 cut short: whole: cut short');
  });

  it('where it cannot be closed in the middle', async () => {
    const failed = await broken(() => lines({ badClose: true }));
    expect(failed.some((failure) => failure.startsWith('3.7') && failure.endsWith('cannot close'))).toBe(true);
  });

  it('where it throws though no error is named, or does not throw though one is', async () => {
    const unnamed = parserCases({ create: () => lines(), samples: [{ name: 'cut', input: 'a\\' }] });
    expect(await failures(unnamed)).toContain('3.1 cut: whole: differs');
    const unthrown = parserCases({
      create: () => lines(),
      samples: [{ name: 'fine', input: 'a', error: 'CUT_SHORT' }],
    });
    expect(await failures(unthrown)).toContain('3.4 fine: whole: differs');
  });

  it.each([
    ['outputs', { outputs: ['b'] }],
    ['rejections', { rejections: ['BAD'] }],
    ['counters', { counters: { blank: 1 } }],
  ])('where its %s are not those of the sample', async (_, wrong) => {
    const cases = parserCases({ create: () => lines(), samples: [{ name: 'one', input: 'a', ...wrong }] });
    expect(await failures(cases)).toContain('3.1 one: whole: differs');
  });
});

/** Makes each byte 2,000 times as long, and remembers what it is told to. */
function repeat(
  options: { readonly lazy?: boolean; readonly size?: number; readonly hoard?: boolean; readonly spoil?: boolean } = {},
): Decompressor {
  const { lazy = true, size = 64 * 1024, hoard = false, spoil = false } = options;
  return {
    kind: 'decompressor',
    name: 'repeat',
    start: () => {
      const kept: Uint8Array[] = [];
      const expand = function* (length: number): Generator<Uint8Array, void> {
        for (let at = 0; at < length; at += size) yield Buffer.alloc(Math.min(size, length - at), 1);
      };
      return {
        push: (chunk) => {
          if (hoard) kept.push(chunk);
          if (spoil && chunk.length > 0) chunk[0]! += 1;
          if (chunk.length > 10_000) return [];
          return lazy ? expand(chunk.length * 2000) : [...expand(chunk.length * 2000)];
        },
        end: () => {
          kept.length = 0;
          return [];
        },
      };
    },
  };
}

describe('memory', () => {
  const casesOf = (options?: Parameters<typeof repeat>[0]) =>
    decompressorCases({
      create: () => repeat(options),
      samples: [{ name: 'a byte', input: Uint8Array.of(7, 8) }],
      expansion: { input: new Uint8Array(10_000), outputLength: 20_000_000 },
      endless: [{ name: 'zeros', first: Uint8Array.of(1), chunk: new Uint8Array(64 * 1024) }],
    });

  for (const { clause, name, run } of casesOf()) it(`${clause} ${name}`, run);

  it.each([
    ['makes all of an expansion at once', { lazy: false }, '3.3'],
    ['makes outputs that are too large', { size: 4 * 1024 * 1024 }, '3.3'],
    ['keeps whatever comes', { hoard: true }, '3.8'],
    ['changes its input', { spoil: true }, '3.9'],
  ])('is not that of a codec that %s', async (_, options, clause) => {
    expect(await failingClauses(casesOf(options))).toEqual([clause]);
  });

  it('needs an expansion that can be told from noise', async () => {
    const expansion = { input: new Uint8Array(1), outputLength: 2000 };
    const samples = [{ name: 'a byte', input: Uint8Array.of(7) }];
    expect(await failingClauses(decompressorCases({ create: repeat, samples, expansion }))).toEqual(['3.3']);
  });

  it('may be bounded by an error with a code', async () => {
    const endless = [{ name: 'zeros', chunk: new Uint8Array(64 * 1024) }];
    const samples = [{ name: 'nothing', input: new Uint8Array() }];
    const strict = (error: Error) => (): Decompressor => ({
      ...repeat(),
      start: () => ({
        push: (chunk) => {
          if (chunk.length > 1000) throw error;
          return [chunk];
        },
      }),
    });
    const coded = strict(new MillraceError('TOO_LONG', 'too long'));
    expect(await failingClauses(decompressorCases({ create: coded, samples, endless }))).toEqual([]);
    expect(await failingClauses(decompressorCases({ create: strict(new Error('no')), samples, endless }))).toEqual([
      '3.8',
    ]);
  });
});

it('a codec that emits a bad record twice, or never, is found out', async () => {
  const emitting = (times: number) => (): Parser<string, string> => {
    const sound = lines();
    return {
      ...sound,
      start: (context) => {
        const stage = sound.start({ ...context, reject: (record) => context.reject(record) });
        const again = (produced: Produced<string>): Produced<string> => {
          const { records } = produced as ReturnType<typeof block<string>>;
          return records.flatMap((record) => (typeof record === 'string' ? [record] : Array(times).fill(record)));
        };
        return {
          ...stage,
          push: (chunk) => again(stage.push(chunk)),
          end: () => again(Array.isArray(stage.end!()) ? block([]) : stage.end!()),
        };
      },
    };
  };
  const bad = SAMPLES.filter(({ rejections }) => rejections !== undefined);
  for (const times of [0, 2]) {
    expect(await failingClauses(parserCases({ create: emitting(times), samples: bad }))).toContain('3.5');
  }
});

describe('columns', () => {
  /** Lines with their columns in the first one. */
  const table = (
    change: { readonly says?: boolean; readonly times?: number; readonly late?: boolean; readonly cut?: boolean } = {},
  ): Parser<string, string> => {
    const { says = true, times = 1, late = false, cut = false } = change;
    return {
      kind: 'parser',
      name: 'table',
      ...(says && { reportsColumns: true }),
      start: ({ reportColumns }) => {
        let [text, chunks] = ['', 0];
        return {
          push: (chunk) => {
            text += chunk;
            chunks += 1;
            return [];
          },
          end: function* () {
            const [header = '', ...rows] = text.split('\n');
            const report = (): void => {
              const columns = cut && chunks > 1 ? [] : header.split(',');
              for (let left = times; left > 0; left -= 1) reportColumns!(columns);
            };
            if (!late) report();
            yield* rows;
            if (late) report();
          },
        };
      },
    };
  };
  const failingOf = (change?: Parameters<typeof table>[0], columns: readonly string[] = ['a', 'b']) =>
    failingClauses(
      parserCases({ create: () => table(change), samples: [{ name: 'rows', input: 'a,b\n1,2\n3,4', columns }] }),
    );

  it('are right in a parser that keeps the contract', async () => {
    expect(await failingOf()).toEqual([]);
  });

  it.each<[string, Parameters<typeof table>[0]]>([
    ['does not say that it reports them', { says: false }],
    ['says so, and does not', { times: 0 }],
    ['reports them twice', { times: 2 }],
    ['reports them after a record', { late: true }],
    ['reports others of an input that is cut', { cut: true }],
  ])('are found out in a parser that %s', async (_, change) => {
    expect(await failingOf(change)).toContain('3.17');
  });

  it('are those of the sample', async () => {
    expect(await failingOf({}, ['a'])).toEqual(['3.17']);
  });
});

it('refuses options that it cannot use', () => {
  expect(() => parserCases({ create: () => lines(), samples: [] })).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID' }),
  );
  const unknown = { create: () => lines(), samples: SAMPLES, seeds: 1 };
  expect(() => parserCases(unknown)).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
});

describe('places and single records', () => {
  /** Lines in blocks, with their places, and one record by itself. */
  const linesWithPlaces = (
    options: {
      readonly shift?: number;
      readonly lineFrom?: number;
      readonly ignores?: boolean;
      readonly reparse?: (raw: unknown) => string;
    } = {},
  ): Parser<string, string> => {
    const { shift = 0, lineFrom = 1, ignores = false } = options;
    return {
      kind: 'parser',
      name: 'lines',
      takesDamage: true,
      reparse: ({ raw }) => (options.reparse ?? String)(raw),
      start: ({ reject }) => {
        let [held, offset, line]: [string, number | undefined, number] = ['', undefined, lineFrom - 1];
        let bad: string | undefined;
        const take = (text: string, at: number, damage: string | undefined): Produced<string> => {
          const code = damage ?? bad;
          const raw = held + text;
          const byteOffset = (offset ?? at) + shift;
          [held, offset, bad] = ['', undefined, undefined];
          line += 1;
          const place = { raw, line, byteOffset };
          const record =
            code === undefined || ignores ? raw : reject({ code, message: 'damaged', raw: Buffer.from(raw) });
          return block([record], () => place);
        };
        return {
          push: (text, place) => {
            const all: Produced<string>[] = [];
            let from = 0;
            const damageIn = (to: number): string | undefined =>
              place?.damage?.find(({ index }) => index >= from && index < to)?.code;
            for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
              all.push(take(text.slice(from, end), place?.byteOffset(from) ?? 0, damageIn(end)));
              from = end + 1;
            }
            if (from < text.length) {
              offset ??= place?.byteOffset(from) ?? 0;
              bad ??= damageIn(text.length);
              held += text.slice(from);
            }
            return all as unknown as Produced<string>;
          },
          end: () => (held === '' ? [] : take('', 0, undefined)),
        };
      },
    };
  };
  const failingOf = (options?: Parameters<typeof linesWithPlaces>[0]) =>
    failingClauses(
      parserCases({
        create: () => linesWithPlaces(options),
        samples: [{ name: 'lines', input: 'one\ntwo\nthree\nfour' }],
      }),
    );

  it('are right in a parser that keeps the contract', async () => {
    expect(await failingOf()).toEqual([]);
  });

  it.each<[string, Parameters<typeof linesWithPlaces>[0], string]>([
    ['says an offset that is not the record’s', { shift: 1 }, '3.15'],
    ['counts lines from 0', { lineFrom: 0 }, '3.15'],
    ['makes another record of the raw text', { reparse: (raw) => `${String(raw)}!` }, '3.16'],
    [
      'throws for a raw text that is sound',
      {
        reparse: () => {
          throw new MillraceError('NO', 'no');
        },
      },
      '3.16',
    ],
    ['says that it takes damage, and ignores it', { ignores: true }, '3.10'],
  ])('are not in one that %s', async (_, options, clause) => {
    expect(await failingOf(options)).toEqual([clause]);
  });
});

it('a charset decoder that counts from its chunk is found out', async () => {
  const ascii = (fromChunk: boolean) => (): CharsetDecoder => ({
    kind: 'charset-decoder',
    name: 'ascii',
    start: () => {
      let total = 0;
      return {
        push: (bytes) => {
          const from = fromChunk ? 0 : total;
          total += bytes.length;
          return [located(Buffer.from(bytes).toString('latin1'), { byteOffset: (index) => from + index })];
        },
      };
    },
  });
  const samples = [{ name: 'text', input: Buffer.from('some text'), outputs: ['some text'] }];
  expect(await failingClauses(charsetDecoderCases({ create: ascii(false), samples }))).toEqual([]);
  expect(await failingClauses(charsetDecoderCases({ create: ascii(true), samples }))).toEqual(['3.10']);
});
