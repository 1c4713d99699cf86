import type { Ledger } from '@millrace/core';
import type { ClaimRequest } from '@millrace/core/plugin';
import { type Fault, type FaultCall, type FaultProxy, startFaultProxy } from '@millrace/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLandingTable, dynamodbLedger } from '../src/index.ts';
import { claimOf, type LedgerStand, newObject, reportOf, startLedgerStand } from './support/ledger-stand.ts';

let stand: LedgerStand;
let proxy: FaultProxy;
/** With the SDK's own retries. */
let ledger: Ledger;
/** Without: a lost answer is lost for good. */
let impatient: Ledger;
beforeAll(async () => {
  stand = await startLedgerStand({});
  proxy = await startFaultProxy(stand.endpoint);
  const { table } = stand;
  ledger = dynamodbLedger({ table, client: stand.connect({ endpoint: proxy.url }) });
  impatient = dynamodbLedger({ table, client: stand.connect({ endpoint: proxy.url, maxAttempts: 1 }) });
}, 30_000);
afterAll(async () => {
  await proxy.stop();
  await stand.stop();
});
afterEach(() => proxy.clear());

/** Meets the calls of an operation from the nth on, counted from now. */
function from(first: number, op: string): (call: FaultCall) => boolean {
  let seen = 0;
  return (call) => call.op === op && ++seen >= first;
}

/** The operations that `work` takes, in order. */
async function calls(work: () => Promise<unknown>): Promise<string> {
  const start = proxy.calls.length;
  await work();
  return proxy.calls
    .slice(start)
    .map(({ op }) => op.replace('Item', ''))
    .join(' ');
}

type Step = readonly [name: string, writes: number, run: (ledger: Ledger, request: ClaimRequest) => Promise<unknown>];

const claim: Step[2] = async (by, request) => {
  expect(await by.claim(request)).toMatchObject({ outcome: 'granted', watermark: 0, rejected: 0 });
};
const checkpoint: Step[2] = (by, request) => by.checkpoint(request, { watermark: 2, rejected: 1 });
const finish: Step[2] = (by, request) => by.finish(request, { watermark: 3, rejected: 1 }, reportOf(request));

/** What a run asks in turn, and how many writes it takes. */
const STEPS: Readonly<Record<ClaimRequest['versions'], readonly Step[]>> = {
  newest: [
    ['claim', 2, claim],
    ['checkpoint', 2, checkpoint],
    ['finish', 3, finish],
  ],
  all: [
    ['claim', 2, claim],
    ['checkpoint', 1, checkpoint],
    ['finish', 1, finish],
  ],
};

/** Every write of every step. */
const WRITES = (['newest', 'all'] as const).flatMap((versions) =>
  STEPS[versions].flatMap(([name, writes], step) =>
    Array.from({ length: writes }, (_, index) => [versions, name, index + 1, step] as const),
  ),
);

it('asks as little as it says', async () => {
  const asked = async (request: ClaimRequest): Promise<readonly string[]> => {
    const all: string[] = [];
    for (const step of [claim, checkpoint, finish]) all.push(await calls(() => step(ledger, request)));
    return all;
  };
  const newest = claimOf(newObject(), '01');
  expect(await asked(newest)).toEqual(['Get Get Put Put', 'Put Put', 'Put Put Put']);
  expect(await asked(claimOf(newObject(), '01', { versions: 'all' }))).toEqual(['Get Get Put Put', 'Put', 'Put']);
  const { sequencer: _none, ...listed } = claimOf(newObject(), '01', { versions: 'all' });
  expect(await asked(listed)).toEqual(['Get Get Put Put', 'Put', 'Put']);
  const again = { ...listed, claimId: 'again', origin: { ...listed.origin, id: `${listed.origin.id}2` } };
  expect(await asked(again)).toEqual(['Get Get Put', 'Put', 'Put']);
  const mixed = { ...again, claimId: 'mixed', versions: 'newest', origin: { ...again.origin, id: 'other' } } as const;
  expect(await calls(() => ledger.claim(mixed))).toBe('Get Get Query Put Put');
  expect(await calls(() => ledger.claim({ ...newest, claimId: 'other' }))).toBe('Get Get');
  expect(await calls(() => ledger.entries('prices', newest.object))).toBe('Query');
});

describe.each([
  ['sent again by the SDK', () => ledger],
  ['not sent again', () => impatient],
])('a write whose answer is lost and that is %s', (_, by) => {
  it.each(WRITES)('is found in place: %s, %s, write %i', async (versions, _name, write, failing) => {
    const request = claimOf(newObject(), '0a', { versions, versionTag: 'tag' });
    for (const [index, [, , run]] of STEPS[versions].entries()) {
      if (index === failing) proxy.add({ kind: 'loseAnswer', match: from(write, 'PutItem') });
      const lost = proxy.injected.loseAnswer ?? 0;
      await run(by(), request);
      expect((proxy.injected.loseAnswer ?? 0) - lost).toBe(index === failing ? 1 : 0);
    }
    const [entry, ...others] = await ledger.entries('prices', request.object);
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ state: 'complete', attempts: 1, watermark: 3, rejected: 1, leaseUntil: 0 });
    expect(entry?.report?.outcome).toBe('complete');
    // Nothing is left that would hold up the next version.
    await claim(ledger, claimOf(request.object, '0b', { versions }));
  });

  it('is not taken for granted where the claim is another one’s', async () => {
    const object = newObject();
    let now = Date.now();
    const clocked = dynamodbLedger({ table: stand.table, client: stand.client }, () => now);
    const late = claimOf(object, '01');
    await claim(clocked, late);
    now += late.leaseMs;
    await claim(clocked, claimOf(object, '01'));
    for (const step of [checkpoint, finish]) {
      proxy.add({ kind: 'loseAnswer', match: from(1, 'PutItem') });
      await expect(step(by(), late)).rejects.toMatchObject({ code: 'LEDGER_LEASE_LOST' });
    }
    expect((await clocked.entries('prices', object))[0]).toMatchObject({ state: 'claimed', attempts: 2, watermark: 0 });
  });
});

describe('a claim of what comes back', () => {
  /** A version that was carried, and that another one took the place of. */
  async function overwritten(): Promise<ClaimRequest> {
    const object = newObject();
    for (const version of ['01', '02']) {
      const request = claimOf(object, version);
      for (const [, , run] of STEPS.newest) await run(ledger, request);
    }
    return claimOf(object, '01', { sequencer: '03' });
  }

  const faults = (['loseAnswer', 'resetBeforeResponse'] as const).flatMap((kind) =>
    [1, 2].flatMap((write) => [true, false].map((patient) => [kind, write, patient] as const)),
  );
  it.each(faults)('is granted once, from the start: %s, write %i, sent again: %s', async (kind, write, patient) => {
    const request = await overwritten();
    const by = patient ? ledger : impatient;
    proxy.add({ kind, match: from(write, 'PutItem') });
    if (kind === 'resetBeforeResponse' && !patient) {
      await expect(by.claim(request)).rejects.toMatchObject({ code: 'DYNAMODB_UNAVAILABLE' });
    }
    await claim(by, request);
    expect(proxy.injected[kind]).toBeGreaterThan(0);
    await checkpoint(by, request);
    await finish(by, request);
    expect(await by.claim({ ...request, claimId: 'later' })).toEqual({ outcome: 'complete' });
    const entries = await ledger.entries('prices', request.object);
    expect(entries.find(({ sequencer }) => sequencer === '03')).toMatchObject({ state: 'complete', attempts: 2 });
  });
});

it('a write that is in place has not failed, whatever the SDK was told when it sent it again', async () => {
  const request = claimOf(newObject(), '01', { versions: 'all' });
  await claim(ledger, request);
  const throttled = { kind: 'dynamodbError', code: 'ProvisionedThroughputExceededException', times: Infinity } as const;
  proxy.add({ kind: 'loseAnswer', match: from(1, 'PutItem') });
  proxy.add({ ...throttled, match: from(2, 'PutItem') });
  await finish(ledger, request);
  expect(await ledger.entries('prices', request.object)).toMatchObject([{ state: 'complete', attempts: 1 }]);
});

describe('a write that never arrives', () => {
  it.each(WRITES)(
    'fails with a code and can be asked again: %s, %s, write %i',
    async (versions, name, write, failing) => {
      const request = claimOf(newObject(), '0a', { versions });
      for (const [index, [, , run]] of STEPS[versions].entries()) {
        if (index === failing) {
          proxy.add({ kind: 'resetBeforeResponse', match: from(write, 'PutItem') });
          await expect(run(impatient, request)).rejects.toMatchObject({ code: 'DYNAMODB_UNAVAILABLE' });
        }
        await run(impatient, request);
      }
      const [entry] = await ledger.entries('prices', request.object);
      expect(entry, name).toMatchObject({ state: 'complete', attempts: 1, watermark: 3, rejected: 1 });
    },
  );
});

it('a renewal that never arrives is not taken for one that did, though the watermark stands', async () => {
  let now = Date.now();
  const client = stand.connect({ endpoint: proxy.url, maxAttempts: 1 });
  const clocked = dynamodbLedger({ table: stand.table, client }, () => now);
  const request = claimOf(newObject(), '01', { versions: 'all' });
  await claim(clocked, request);
  await checkpoint(clocked, request);
  proxy.add({ kind: 'resetBeforeResponse' });
  // In the next millisecond, so that the lease would be another.
  now += 1;
  await expect(checkpoint(clocked, request)).rejects.toMatchObject({ code: 'DYNAMODB_UNAVAILABLE' });
});

describe('a service in trouble', () => {
  it.each<[string, string]>([
    ['ProvisionedThroughputExceededException', 'DYNAMODB_THROTTLED'],
    ['ThrottlingException', 'DYNAMODB_THROTTLED'],
    ['RequestLimitExceeded', 'DYNAMODB_THROTTLED'],
    ['InternalServerError', 'DYNAMODB_UNAVAILABLE'],
    ['ServiceUnavailable', 'DYNAMODB_UNAVAILABLE'],
  ])('is survived, or told: %s', async (code, told) => {
    const request = claimOf(newObject(), '01');
    for (const op of ['GetItem', 'PutItem']) proxy.add({ kind: 'dynamodbError', code, match: from(1, op) });
    await claim(ledger, request);
    proxy.add({ kind: 'dynamodbError', code, times: Infinity });
    for (const [, , run] of STEPS.newest) await expect(run(impatient, request)).rejects.toMatchObject({ code: told });
    await expect(impatient.entries('prices', request.object)).rejects.toMatchObject({ code: told });
    proxy.clear();
    await checkpoint(impatient, request);
    await finish(impatient, request);
    expect(await ledger.entries('prices', request.object)).toMatchObject([{ state: 'complete', attempts: 1 }]);
  });

  it('is told where nothing listens', async () => {
    const request = claimOf(newObject(), '01');
    await proxy.refuseConnections();
    try {
      await expect(impatient.claim(request)).rejects.toMatchObject({ code: 'DYNAMODB_UNAVAILABLE' });
    } finally {
      await proxy.acceptConnections();
    }
    expect(await ledger.entries('prices', request.object)).toEqual([]);
  });

  it.each<[Extract<Fault, { kind: 'dynamodbError' }>['code'], string]>([
    ['AccessDeniedException', 'DYNAMODB_ACCESS_DENIED'],
    ['UnrecognizedClientException', 'DYNAMODB_CREDENTIALS_INVALID'],
  ])('is not asked again on %s', async (code, told) => {
    const request = claimOf(newObject(), '01');
    proxy.add({ kind: 'dynamodbError', code, match: from(1, 'PutItem') });
    await expect(ledger.claim(request)).rejects.toMatchObject({ code: told, cause: { name: code } });
  });
});

describe('a table', () => {
  it('that is not there is told', async () => {
    const missing = dynamodbLedger({ table: 'millrace-no-such-table', client: stand.client });
    const request = claimOf(newObject(), '01');
    for (const ask of [
      () => missing.claim(request),
      () => checkpoint(missing, request),
      () => finish(missing, request),
      () => missing.entries('prices', request.object),
    ]) {
      await expect(ask()).rejects.toMatchObject({ code: 'DYNAMODB_TABLE_NOT_FOUND' });
    }
  });

  it('that has another key is told', async () => {
    const table = `${stand.table}-landing`;
    await createLandingTable({ table, client: stand.client });
    const wrong = dynamodbLedger({ table, client: stand.client });
    const refused = { code: 'DYNAMODB_REQUEST_INVALID', message: expect.stringContaining('createLedgerTable()') };
    await expect(wrong.claim(claimOf(newObject(), '01'))).rejects.toMatchObject(refused);
    await expect(wrong.entries('prices', 'object')).rejects.toMatchObject(refused);
  });
});
