import {
  feed,
  map,
  type MillraceError,
  type RecordContext,
  type Rejection,
  type StandardSchema,
  validate,
} from '@millrace/core';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { keep, keepRejections, lines, textSource } from './fixtures.ts';

/** What comes out: the text of the price became a number, and the currency that was missing is there. */
interface Sale {
  sku: string;
  price: number;
  currency: string;
  lines: { count: number }[];
}

interface Issue {
  readonly path: string;
  readonly message: string;
}

function caught(act: () => unknown): MillraceError {
  try {
    act();
  } catch (error) {
    return error as MillraceError;
  }
  throw new Error('it must throw');
}

const even = (count: number): boolean => count % 2 === 0;
const later = <T>(value: T): Promise<T> => new Promise((resolve) => void setImmediate(resolve, value));

const schemas = {
  zod: z.object({
    sku: z.string().min(1),
    price: z.string().transform(Number),
    currency: z.string().default('EUR'),
    lines: z.array(z.object({ count: z.number().refine(even) })),
  }),
  'zod, async': z.object({
    sku: z.string().min(1),
    price: z.string().transform((text) => later(Number(text))),
    currency: z.string().default('EUR'),
    lines: z.array(z.object({ count: z.number().refine((count) => later(even(count))) })),
  }),
  valibot: v.object({
    sku: v.pipe(v.string(), v.minLength(1)),
    price: v.pipe(v.string(), v.transform(Number)),
    currency: v.optional(v.string(), 'EUR'),
    lines: v.array(v.object({ count: v.pipe(v.number(), v.check(even)) })),
  }),
  'valibot, async': v.objectAsync({
    sku: v.pipe(v.string(), v.minLength(1)),
    price: v.pipeAsync(
      v.string(),
      v.transformAsync((text) => later(Number(text))),
    ),
    currency: v.optional(v.string(), 'EUR'),
    lines: v.arrayAsync(
      v.objectAsync({
        count: v.pipeAsync(
          v.number(),
          v.checkAsync((count) => later(even(count))),
        ),
      }),
    ),
  }),
  arktype: type({
    sku: 'string > 0',
    price: ['string', '=>', Number],
    currency: "string = 'EUR'",
    lines: type({ count: 'number % 2' }).array(),
  }),
} satisfies Record<string, StandardSchema<Sale>>;

const good = { sku: 'A-1', price: '12.5', lines: [{ count: 2 }] };
const bad = { sku: '', price: '12.5', lines: [{ count: 2 }, { count: 3 }] };

async function carried(schema: StandardSchema<Sale>): Promise<{
  readonly sales: readonly Sale[];
  readonly rejections: readonly Rejection[];
}> {
  const kept = keep<Sale>();
  const quarantine = keepRejections();
  const text = [good, bad, good].map((record) => `${JSON.stringify(record)}\n`).join('');
  await feed('sales')
    .from(textSource())
    .through(lines())
    .through(map((line): unknown => JSON.parse(line)))
    .through(validate(schema))
    .to(kept.sink)
    .run([{ name: 'sales', chunks: [text] }], { quarantine: quarantine.sink });
  return { sales: kept.values(), rejections: quarantine.values() };
}

describe('validate', () => {
  it.each(Object.entries(schemas))('%s: passes on what the schema makes of a record', async (_, schema) => {
    const sale = { sku: 'A-1', price: 12.5, currency: 'EUR', lines: [{ count: 2 }] };
    expect((await carried(schema)).sales).toEqual([sale, sale]);
  });

  it.each(Object.entries(schemas))('%s: rejects the others with all issues and their paths', async (_, schema) => {
    const { rejections } = await carried(schema);
    expect(rejections).toHaveLength(1);
    const [{ code, stage, ordinal, details, message } = {} as Rejection] = rejections;
    expect({ code, stage, ordinal }).toEqual({ code: 'SCHEMA_VIOLATION', stage: 'validate', ordinal: 1 });
    expect(details).toMatchObject({ issues: 2 });
    const { issues } = details!['content'] as { readonly issues: readonly Issue[] };
    // In what order is the schema's affair.
    expect(issues.map(({ path }) => path).toSorted()).toEqual(['lines.1.count', 'sku']);
    for (const { message: what } of issues) expect(message).not.toContain(what);
    expect(message).toContain('in 2 places');
  });

  it('names what the schema declares, and no key or value of a record', async () => {
    const open = z.object({ sku: z.string(), prices: z.record(z.string(), z.object({ amount: z.literal('EUR') })) });
    const record = { sku: 'canary-sku', prices: { 'canary-key': { amount: 'canary-amount' } } };
    const throwing = (): unknown =>
      validate(open.strict()).apply({ ...record, 'canary-extra': 1 }, {} as RecordContext);
    const error = caught(throwing);
    expect(error.message).toContain('prices.*.amount');
    expect(JSON.stringify(error)).not.toContain('canary');
    expect(JSON.stringify(error.details)).toContain('canary-key');
    // Where a schema does not describe itself, no step of a path is known to be a name of its own.
    const bare = v.object({ sku: v.string() });
    const silent = { '~standard': { ...bare['~standard'], jsonSchema: undefined } } as unknown as typeof bare;
    expect(caught(() => validate(silent).apply({ sku: 1 }, {} as RecordContext)).message).toContain('schema: *.');
  });

  it('keeps the first ten issues of thousands, and of each a part', () => {
    const issues = Array.from({ length: 8000 }, (_, index) => ({
      message: 'x'.repeat(10_000),
      path: Array.from({ length: 100 }, (_unused, step) => `${index}.${step}`),
    }));
    const schema = {
      '~standard': { version: 1, vendor: 'test', validate: () => ({ issues }) },
    } as StandardSchema<never>;
    const error = caught(() => validate(schema).apply({}, {} as RecordContext));
    expect(error.message).toContain('in 8000 places');
    expect(error.message.length).toBeLessThan(500);
    expect(error.details).toMatchObject({ issues: 8000, content: { issues: { length: 10 } } });
    expect(JSON.stringify(error.details).length).toBeLessThan(10_000);
  });

  it('the output type flows on', () => {
    for (const schema of Object.values(schemas)) expect(validate(schema).name).toBe('validate');
    const parsed = feed('types').from(textSource()).through(lines());
    const sink = keep<Sale>().sink;
    parsed.through(validate(schemas.zod)).to(sink);
    parsed.through(validate(schemas['zod, async'])).to(sink);
    parsed.through(validate(schemas.valibot)).to(sink);
    parsed.through(validate(schemas['valibot, async'])).to(sink);
    parsed.through(validate(schemas.arktype)).to(sink);
    parsed.through(validate(schemas.zod)).through(map(({ price }) => price.toFixed(2)));
    parsed.through(validate(schemas.valibot)).through(map(({ price }) => price.toFixed(2)));
    parsed.through(validate(schemas.arktype)).through(map(({ price }) => price.toFixed(2)));
    const cheap = keep<{ cents: bigint }>().sink;
    // @ts-expect-error a sale is no such record
    parsed.through(validate(schemas.zod)).to(cheap);
    // @ts-expect-error nor is it with valibot
    parsed.through(validate(schemas.valibot)).to(cheap);
    // @ts-expect-error nor with arktype
    parsed.through(validate(schemas.arktype)).to(cheap);
    // @ts-expect-error the price is a number behind the schema
    parsed.through(validate(schemas.zod)).through(map(({ price }) => price.trim()));
  });
});
