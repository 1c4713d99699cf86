import { feed, map } from '@millrace/core';
import { dynamodbSink, landingItem, packed, plan, type PlanOptions, planTable } from '@millrace/dynamodb';
import { parseNdjson } from '@millrace/formats';
import { memorySink, memorySource } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { dataset } from '../tools/cost/dataset.ts';

const CHUNK = 64 * 1024;

/** Plans the landing of one file; nothing is sent, so there is no table. */
async function planOf(name: string, options?: PlanOptions, pack?: { readonly records: number }) {
  const { text, parse } = await dataset(name);
  const chunks = Array.from({ length: Math.ceil(text.length / CHUNK) }, (_, n) =>
    text.slice(n * CHUNK, (n + 1) * CHUNK),
  );
  const source = memorySource<string>({ objects: { [name]: chunks } });
  const landing = feed('cost')
    .from(source)
    .through(parse())
    .through(landingItem())
    .to(dynamodbSink({ table: 'none', ...(pack && { pack: packed(pack) }) }));
  return plan(landing, source.refs(), options);
}

const unitsOf = ({ layouts }: Awaited<ReturnType<typeof planOf>>) =>
  Object.fromEntries(layouts.map(({ records, writeUnits }) => [records, writeUnits.value]));

describe('a plan', () => {
  // The units are those that DynamoDB Local says were consumed: `pnpm run cost`.
  it.each([
    ['movies.json', { 1: 3201, 50: 237, 100: 193 }],
    ['birdstrikes.csv', { 1: 10_000, 50: 402, 100: 301 }],
    ['flights-200k.json', { 1: 200_000, 50: 4000, 100: 2000 }],
  ] as const)('of a twentieth of %s tells its write units within a tenth', async (name, consumed) => {
    const planned = await planOf(name);
    expect(planned.records).toEqual({ read: consumed[1], dropped: 0, written: consumed[1] });
    expect(planned.measured).toBeLessThanOrEqual(Math.max(200, consumed[1] * 0.06));
    const units = unitsOf(planned);
    for (const [records, actual] of Object.entries(consumed)) {
      expect(Math.abs(units[records]! - actual) / actual).toBeLessThan(0.1);
    }
  });

  it('of all records is exact, and says so', async () => {
    const planned = await planOf('movies.json', { sample: 1 });
    expect(unitsOf(planned)).toMatchObject({ 1: 3201, 50: 237, 100: 193 });
    expect(planned.layouts.map(({ writeUnits }) => writeUnits.error)).toEqual([0, 0, 0, 0]);
    expect(planned.layouts.map(({ current }) => current)).toEqual([true, false, false, false]);
    expect(planned.layouts[0]).toMatchObject({ items: 3201, writePrice: (3201 / 1e6) * 0.625 });
  });

  it('knows how the feed packs', async () => {
    const planned = await planOf('movies.json', { packs: [50] }, { records: 25 });
    expect(planned.layouts.map(({ records, current }) => [records, current])).toEqual([
      [1, false],
      [50, false],
      [25, true],
    ]);
  });

  it('says what would be rejected and why, and shows it to people', async () => {
    const lines = ['{"id":1}', 'no json', '{"id":2}', '{"id":""}', '{"id":3}'];
    const source = memorySource<string>({ objects: { 'offers.ndjson': [lines.join('\n')] } });
    const offers = feed('offers')
      .from(source)
      .through(parseNdjson<{ id: string | number }>())
      .through(map(({ id }) => ({ uuid: id })))
      .to(dynamodbSink({ table: 'none', inexactNumbers: 'write' }));
    const planned = await plan(offers, source.refs(), { sample: 1, packs: [] });
    expect(planned.records).toEqual({ read: 5, dropped: 0, written: 3 });
    expect(planned.rejections.map(({ stage, code, count }) => [stage, code, count])).toEqual([
      ['parseNdjson', 'NDJSON_INVALID', 1],
      ['dynamodb', 'DYNAMODB_KEY_EMPTY', 1],
    ]);
    const table = planTable(planned);
    expect(table).toContain('5 records read, 3 to write');
    expect(table).toContain('1 rejected by parseNdjson: NDJSON_INVALID');
    expect(table).toMatch(/took \d+\.\d s here/);
    expect(table).toMatch(/\* single items +3 +3 \(exact\)/);
    expect(table).toContain("DynamoDB's own import from S3");
  });

  it('is for feeds that end in DynamoDB', async () => {
    const source = memorySource<string>({});
    const other = feed('other').from(source).through(parseNdjson()).to(memorySink());
    await expect(plan(other, [])).rejects.toMatchObject({ code: 'DYNAMODB_PLAN_SINK' });
    await expect(plan(other, [], { sample: 2 })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(plan(other, [], { packs: [7] })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });
});
