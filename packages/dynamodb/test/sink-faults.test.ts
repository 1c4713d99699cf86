import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { MillraceError } from '@millrace/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { dynamodbSink, type DynamodbRetryOptions } from '../src/index.ts';
import {
  clientConfig,
  ok,
  type ServiceStub,
  startStub,
  type StubAnswer,
  type StubRequest,
  unprocessed,
} from './support/service-stub.ts';
import { SENDERS } from './support/senders.ts';
import { turns } from '../../../test/support/turns.ts';
import { origin, write } from './support/write.ts';

/** Retries without waiting for long. */
const fast: DynamodbRetryOptions = { attempts: 4, baseMs: 1, capMs: 4 };

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

const records = (count: number) => Array.from({ length: count }, (_, index) => ({ uuid: `u${index}`, index }));
const keysOf = ({ items }: StubRequest) => items.map((item) => item['uuid']?.S);
const sent = ({ requests }: ServiceStub) => requests.map(({ items }) => items.length);

describe.each(SENDERS)('through the %s sender', (sender) => {
  type Answering = (request: StubRequest, index: number) => StubAnswer | Promise<StubAnswer>;

  /** A sink that has written before, where `warm`, so that the lean sender is under way. */
  async function stubbed(answer: Answering, retry = fast, maxAttempts = 1, warm = true) {
    let warming = warm;
    const stub = await startStub((request, index) => (warming ? ok : answer(request, index)));
    const client = new DynamoDBClient(clientConfig(stub, maxAttempts));
    cleanUps.push(stub.stop, () => client.destroy());
    const sink = dynamodbSink({ table: 'landing', client, retry, sender });
    if (warm) await write(sink, [{ uuid: 'warm' }]);
    warming = false;
    stub.requests.length = 0;
    return { stub, client, sink };
  }

  describe('unprocessed items', () => {
    it('are sent again until all are in', async () => {
      const { stub, sink } = await stubbed(({ items }) =>
        items.length > 1 ? unprocessed(items.slice(Math.ceil(items.length / 2))) : ok,
      );
      const { refusals, counters } = await write(sink, records(20));
      expect(refusals).toEqual([]);
      expect(sent(stub)).toEqual([20, 10, 5, 2, 1]);
      expect(counters).toEqual({ retries: 4, throttles: 4 });
    });

    it('fail the write, as what can pass, once the budget is used up', async () => {
      const { stub, sink } = await stubbed(({ items }) =>
        unprocessed(items.filter((item) => ['u3', 'u7'].includes(item['uuid']!.S!))),
      );
      await expect(write(sink, records(10))).rejects.toMatchObject({
        code: 'DYNAMODB_UNPROCESSED',
        retryable: true,
        details: { table: 'landing', items: 2 },
      });
      expect(sent(stub)).toEqual([10, 2, 2, 2, 2]);
    });

    it('fail the write where nothing at all gets through', async () => {
      const { stub, sink } = await stubbed(({ items }) => unprocessed(items));
      await expect(write(sink, records(3))).rejects.toMatchObject({ code: 'DYNAMODB_UNPROCESSED', retryable: true });
      expect(sent(stub)).toEqual([3, 3, 3, 3]);
    });

    it('take as long as they need while some get through', async () => {
      const { stub, sink } = await stubbed(({ items }, index) =>
        index % 3 === 2 ? unprocessed(items.slice(1)) : unprocessed(items),
      );
      // More attempts in all than the budget has in a row.
      expect((await write(sink, records(4))).refusals).toEqual([]);
      expect(stub.requests.length).toBeGreaterThan(fast.attempts ?? 0);
    });

    it('are recognised by keys of every type', async () => {
      const stub = await startStub(({ items }) => (items.length === 4 ? unprocessed([...items].slice(1)) : ok));
      const client = new DynamoDBClient(clientConfig(stub));
      cleanUps.push(stub.stop, () => client.destroy());
      const sink = dynamodbSink({ table: 'landing', client, partitionKey: 'p', sortKey: 's', retry: fast, sender });
      await write(sink, [{ p: 'warm', s: 'warm' }]);
      await write(sink, [
        { p: new Uint8Array([0, 255]), s: 1 },
        { p: new Uint8Array([0, 255]), s: 1.5 },
        { p: 'x', s: 10n ** 20n },
        { p: 7, s: 'ü' },
      ]);
      expect(sent(stub)).toEqual([1, 4, 3]);
    });

    it('give up after the time of the budget as well', async () => {
      let now = Math.ceil(performance.now());
      const { stub, sink } = await stubbed(
        ({ items }) => {
          now += 20_000;
          return unprocessed(items);
        },
        { attempts: 1e6, timeMs: 60_000, baseMs: 1, capMs: 1 },
      );
      vi.spyOn(performance, 'now').mockImplementation(() => now);
      await expect(write(sink, records(1))).rejects.toMatchObject({ code: 'DYNAMODB_UNPROCESSED' });
      expect(stub.requests).toHaveLength(3);
    });
  });

  describe('throttling', () => {
    it.each(['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded'])(
      'by %s slows the writer, not the run',
      async (error) => {
        const { stub, sink } = await stubbed((_, index) => (index < 3 ? { error } : ok));
        const { refusals, counters } = await write(sink, records(5));
        expect(refusals).toEqual([]);
        expect(sent(stub)).toEqual([5, 5, 5, 5]);
        expect(counters).toEqual({ retries: 3, throttles: 3 });
      },
    );

    it('without end fails the write, as what can pass, and refuses nothing', async () => {
      const { sink } = await stubbed(() => ({ error: 'ThrottlingException' }));
      await expect(write(sink, records(2))).rejects.toMatchObject({
        code: 'DYNAMODB_THROTTLED',
        retryable: true,
        cause: expect.objectContaining({ name: 'ThrottlingException' }),
      });
    });

    it('of one range of keys holds back the hot key alone, and says where it is, not what it is', async () => {
      const reasons = [
        { reason: 'TableWriteKeyRangeThroughputExceeded', resource: 'arn:aws:dynamodb:::table/landing' },
      ];
      const { stub, sink } = await stubbed((request) =>
        keysOf(request).includes('u3') ? { error: 'ThrottlingException', reasons } : ok,
      );
      const error = await write(sink, records(8)).then(
        () => undefined,
        (thrown: unknown) => thrown as MillraceError,
      );
      expect(error).toMatchObject({
        code: 'DYNAMODB_KEY_RANGE_THROTTLED',
        retryable: true,
        details: { item: origin.id, ordinal: 3 },
      });
      expect(JSON.stringify(error)).not.toContain('u3');
      expect(
        sent(stub)
          .slice(0, 7)
          .toSorted((a, b) => b - a),
      ).toEqual([8, 4, 4, 2, 2, 1, 1]);
      const stored = stub.requests.filter((request) => !keysOf(request).includes('u3')).flatMap(keysOf);
      expect(new Set(stored)).toEqual(new Set(records(8).flatMap(({ uuid }) => (uuid === 'u3' ? [] : [uuid]))));
    });

    it('of a range of keys leaves nothing under way when the write rejects', async () => {
      const reasons = [{ reason: 'TableWriteKeyRangeThroughputExceeded', resource: 'table' }];
      const slow = Promise.withResolvers<StubAnswer>();
      const { stub, sink } = await stubbed((request) => {
        if (keysOf(request).includes('u0')) return { error: 'ThrottlingException', reasons };
        return keysOf(request).includes('u3') ? slow.promise : ok;
      });
      let settled = false;
      const writing = write(sink, records(4)).finally(() => {
        settled = true;
      });
      const rejected = expect(writing).rejects.toMatchObject({ code: 'DYNAMODB_KEY_RANGE_THROTTLED' });
      const hot = (): number => stub.requests.filter((request) => keysOf(request).join() === 'u0').length;
      await vi.waitFor(() => expect(hot()).toBe(fast.attempts), { interval: 1 });
      expect(settled).toBe(false);
      slow.resolve(ok);
      await rejected;
    });

    it('by the table’s own maximum has a code that says which setting', async () => {
      const reasons = [
        { reason: 'TableWriteMaxOnDemandThroughputExceeded', resource: 'arn:aws:dynamodb:::table/landing' },
      ];
      const { sink } = await stubbed(() => ({ error: 'ThrottlingException', reasons }));
      await expect(write(sink, records(1))).rejects.toMatchObject({
        code: 'DYNAMODB_MAX_ON_DEMAND_THROUGHPUT',
        retryable: true,
        message: expect.stringContaining('OnDemandThroughput.MaxWriteRequestUnits'),
      });
    });

    it('counts what the SDK retried by itself', async () => {
      const { sink } = await stubbed(
        (_, index) => (index === 0 ? { error: 'InternalServerError', status: 500 } : ok),
        fast,
        3,
      );
      expect((await write(sink, records(1))).counters).toEqual({ retries: 1 });
    });
  });

  describe('a service in trouble', () => {
    it.each<[string, StubAnswer]>([
      ['InternalServerError', { error: 'InternalServerError', status: 500 }],
      ['ServiceUnavailable', { error: 'ServiceUnavailable', status: 503 }],
      ['a reset connection', 'reset'],
    ])('is tried again: %s', async (_, answer) => {
      const { sink } = await stubbed((__, index) => (index < 2 ? answer : ok));
      expect(await write(sink, records(3))).toMatchObject({ refusals: [], counters: { retries: 2 } });
    });

    it('fails the write in the end, because the outcome is unknown', async () => {
      const { stub, sink } = await stubbed(() => ({ error: 'InternalServerError', status: 500 }));
      await expect(write(sink, records(3))).rejects.toMatchObject({
        code: 'DYNAMODB_UNAVAILABLE',
        retryable: true,
        cause: { name: 'InternalServerError' },
      });
      expect(sent(stub)).toEqual([3, 3, 3, 3]);
    });

    it('fails the write where nothing listens', async () => {
      const { stub, sink } = await stubbed(() => ok);
      await stub.stop();
      cleanUps.shift();
      await expect(write(sink, records(1))).rejects.toMatchObject({
        code: 'DYNAMODB_UNAVAILABLE',
        cause: { code: 'ECONNREFUSED' },
      });
    });
  });

  describe('errors that no retry helps', () => {
    it.each([
      ['UnrecognizedClientException', 'DYNAMODB_CREDENTIALS_INVALID'],
      ['InvalidSignatureException', 'DYNAMODB_CREDENTIALS_INVALID'],
      ['ExpiredTokenException', 'DYNAMODB_CREDENTIALS_INVALID'],
      ['MissingAuthenticationTokenException', 'DYNAMODB_CREDENTIALS_INVALID'],
      ['AccessDeniedException', 'DYNAMODB_ACCESS_DENIED'],
      ['ResourceNotFoundException', 'DYNAMODB_TABLE_NOT_FOUND'],
      ['SomethingNewException', 'DYNAMODB_REQUEST_FAILED'],
    ])('%s fails the write with %s', async (error, code) => {
      const { stub, sink } = await stubbed(() => ({
        error,
        message: 'The security token included in the request is invalid.',
      }));
      await expect(write(sink, records(2))).rejects.toMatchObject({
        code,
        message: expect.stringContaining('security token'),
        cause: { name: error },
      });
      // What may be about the request itself is asked of the client once more.
      expect(stub.requests).toHaveLength(sender === 'sdk' || error === 'ResourceNotFoundException' ? 1 : 2);
    });

    it('a client without credentials says so', async () => {
      const { stub } = await stubbed(() => ok);
      const credentials = () =>
        Promise.reject(Object.assign(new Error('none found'), { name: 'CredentialsProviderError' }));
      const client = new DynamoDBClient({ ...clientConfig(stub), credentials });
      cleanUps.push(() => client.destroy());
      await expect(write(dynamodbSink({ table: 'landing', client, sender }), records(1))).rejects.toMatchObject({
        code: 'DYNAMODB_CREDENTIALS_INVALID',
      });
    });
  });

  describe('an item that the service refuses', () => {
    /** What DescribeTable returns. */
    const table = (keys: readonly string[] = ['uuid']): StubAnswer => ({
      json: {
        Table: {
          TableStatus: 'ACTIVE',
          KeySchema: keys.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
        },
      },
    });
    const described = ({ requests }: ServiceStub): number =>
      requests.filter(({ operation }) => operation === 'DescribeTable').length;
    const refusing = (
      bad: readonly string[],
      error = 'ValidationException',
      warm = true,
      keys: readonly string[] | StubAnswer = ['uuid'],
    ) =>
      stubbed(
        (request) => {
          if (request.operation === 'DescribeTable') return Array.isArray(keys) ? table(keys) : (keys as StubAnswer);
          return keysOf(request).some((key) => bad.includes(key!))
            ? { error, message: 'Type mismatch for Index Key' }
            : ok;
        },
        fast,
        1,
        warm,
      );

    it('is found, and costs no other', async () => {
      const { stub, sink } = await refusing(['u7']);
      const { refusals } = await write(sink, records(25));
      expect(refusals).toEqual([
        expect.objectContaining({
          position: 7,
          code: 'DYNAMODB_ITEM_INVALID',
          message: expect.stringContaining('Index Key'),
        }),
      ]);
      const stored = stub.requests.filter((request) => !keysOf(request).includes('u7')).flatMap(keysOf);
      expect(stored).toHaveLength(24);
      expect(new Set(stored)).toEqual(new Set(records(25).flatMap(({ uuid }) => (uuid === 'u7' ? [] : [uuid]))));
      // One more asks what the key of the table is.
      expect(stub.requests.length).toBeLessThanOrEqual(12);
    });

    it('is found among several', async () => {
      const { sink } = await refusing(['u0', 'u12', 'u13', 'u24']);
      expect((await write(sink, records(25))).codes.map(([position]) => position)).toEqual([0, 12, 13, 24]);
    });

    it('is found for a full item collection', async () => {
      const { sink } = await refusing(['u1'], 'ItemCollectionSizeLimitExceededException');
      expect((await write(sink, records(3))).codes).toEqual([[1, 'DYNAMODB_ITEM_COLLECTION_FULL']]);
    });

    it.each([true, false])('is refused alone, whatever the table took before: %s', async (warm) => {
      const bad = ['u0', 'u1'];
      const { sink } = await refusing(bad, 'ValidationException', warm);
      expect((await write(sink, records(2))).codes.map(([position]) => position)).toEqual([0, 1]);
      expect((await write(sink, records(3))).codes.map(([position]) => position)).toEqual([0, 1]);
    });

    it('fails the write where the key of the table is another one', async () => {
      const { stub, sink } = await refusing(['u1'], 'ValidationException', true, ['sku', 'day']);
      await expect(write(sink, records(25))).rejects.toMatchObject({
        code: 'DYNAMODB_REQUEST_INVALID',
        retryable: false,
        message: expect.stringContaining('(sku, day)'),
        details: { partitionKey: 'uuid', actual: { partitionKey: 'sku', sortKey: 'day' } },
      });
      expect(described(stub)).toBe(1);
    });

    it('is refused alone where the table cannot be described, and that is asked once', async () => {
      const { stub, sink } = await refusing(['u0', 'u1'], 'ValidationException', true, {
        error: 'AccessDeniedException',
      });
      expect((await write(sink, records(3))).codes.map(([position]) => position)).toEqual([0, 1]);
      expect(described(stub)).toBe(1);
    });

    it('is refused without what the message of the service quotes', async () => {
      const secret = '4111-2222';
      const { sink } = await stubbed(({ items }) =>
        items.length === 0
          ? table()
          : {
              error: 'ValidationException',
              message: `Input collection [${secret}, 98765, nested] contains duplicates for hall`,
            },
      );
      const { refusals } = await write(sink, [{ uuid: 'u', hall: secret, n: 98765, m: { nested: 1 } }]);
      expect(refusals[0]).toMatchObject({
        code: 'DYNAMODB_ITEM_INVALID',
        message: expect.stringContaining('Input collection […, …, …] contains duplicates for hall'),
      });
      const said = `${refusals[0]!.message} ${String(refusals[0]!.cause)} ${JSON.stringify(refusals[0])}`;
      for (const content of [secret, '98765', 'nested']) expect(said).not.toContain(content);
    });

    it('is found by halves where the request is too large for the service', async () => {
      const { sink } = await stubbed(({ items }) =>
        items.length > 2 ? { error: 'RequestTooLarge', status: 413 } : ok,
      );
      expect((await write(sink, records(9))).refusals).toEqual([]);
    });
  });

  describe('the signal', () => {
    it.each([1, 3])('ends a write at once and lets no further attempt out, SDK attempts %i', async (maxAttempts) => {
      vi.spyOn(Math, 'random').mockReturnValue(0);
      const abort = new AbortController();
      const { stub, sink } = await stubbed(
        (_, index) => {
          if (index === 1) abort.abort(new Error('stop'));
          return { error: 'ThrottlingException' };
        },
        { attempts: 100, baseMs: 1, capMs: 5 },
        maxAttempts,
      );
      await expect(write(sink, records(2), abort.signal)).rejects.toMatchObject({
        code: 'DYNAMODB_ABORTED',
        cause: { message: 'stop' },
      });
      // With pauses of nothing, a further attempt would be there within a few turns of the event loop.
      await turns();
      expect(stub.requests).toHaveLength(2);
    });

    it('ends a wait', async () => {
      const abort = new AbortController();
      const { stub, sink } = await stubbed(() => ({ error: 'ThrottlingException' }), {
        attempts: 100,
        baseMs: 60_000,
        capMs: 60_000,
      });
      // The length of the wait is drawn at its beginning.
      vi.spyOn(Math, 'random').mockImplementation(() => {
        setImmediate(() => abort.abort());
        return 1;
      });
      await expect(write(sink, records(2), abort.signal)).rejects.toMatchObject({ code: 'DYNAMODB_ABORTED' });
      expect(stub.requests).toHaveLength(1);
    });

    it('keeps a write from starting', async () => {
      const { stub, sink } = await stubbed(() => ok);
      await expect(write(sink, records(2), AbortSignal.abort())).rejects.toMatchObject({ code: 'DYNAMODB_ABORTED' });
      expect(stub.requests).toHaveLength(0);
    });

    it('does not wait for an answer that never comes', async () => {
      const abort = new AbortController();
      const answer = Promise.withResolvers<StubAnswer>();
      const { sink } = await stubbed(() => {
        setImmediate(() => abort.abort());
        return answer.promise;
      });
      await expect(write(sink, records(2), abort.signal)).rejects.toMatchObject({ code: 'DYNAMODB_ABORTED' });
      answer.resolve(ok);
    });
  });
});
