import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
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
import { write } from './support/write.ts';

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

    it('are refused one by one once the budget is used up', async () => {
      const { stub, sink } = await stubbed(({ items }) =>
        unprocessed(items.filter((item) => ['u3', 'u7'].includes(item['uuid']!.S!))),
      );
      const { codes, counters } = await write(sink, records(10));
      expect(codes).toEqual([
        [3, 'DYNAMODB_UNPROCESSED'],
        [7, 'DYNAMODB_UNPROCESSED'],
      ]);
      expect(sent(stub)).toEqual([10, 2, 2, 2, 2]);
      expect(counters).toEqual({ retries: 4, throttles: 5 });
    });

    it('are refused where nothing at all gets through', async () => {
      const { stub, sink } = await stubbed(({ items }) => unprocessed(items));
      const { codes } = await write(sink, records(3));
      expect(codes.map(([, code]) => code)).toEqual(Array(3).fill('DYNAMODB_UNPROCESSED'));
      expect(sent(stub)).toEqual([3, 3, 3, 3]);
    });

    it('take the entries along that they have overwritten', async () => {
      const { sink } = await stubbed(({ items }) => unprocessed(items.filter((item) => item['uuid']?.S === 'a')));
      const { codes, counters } = await write(sink, [{ uuid: 'a', n: 1 }, { uuid: 'b' }, { uuid: 'a', n: 2 }]);
      expect(codes).toEqual([
        [0, 'DYNAMODB_UNPROCESSED'],
        [2, 'DYNAMODB_UNPROCESSED'],
      ]);
      expect(counters['duplicates']).toBe(1);
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

    it('fail the write where they were never sent', async () => {
      const { sink } = await stubbed(() => unprocessed([{ uuid: { S: 'other' } }]));
      await expect(write(sink, records(2))).rejects.toMatchObject({ code: 'DYNAMODB_REQUEST_FAILED' });
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
      expect((await write(sink, records(1))).codes).toEqual([[0, 'DYNAMODB_UNPROCESSED']]);
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

    it('without end is refused record by record', async () => {
      const { sink } = await stubbed(() => ({ error: 'ThrottlingException' }));
      const { refusals } = await write(sink, records(2));
      expect(refusals).toEqual([
        expect.objectContaining({
          position: 0,
          code: 'DYNAMODB_THROTTLED',
          cause: expect.objectContaining({ name: 'ThrottlingException' }),
        }),
        expect.objectContaining({ position: 1, code: 'DYNAMODB_THROTTLED' }),
      ]);
    });

    it('of one range of keys holds back the hot key alone, and names it', async () => {
      const reasons = [
        { reason: 'TableWriteKeyRangeThroughputExceeded', resource: 'arn:aws:dynamodb:::table/landing' },
      ];
      const { stub, sink } = await stubbed((request) =>
        keysOf(request).includes('u3') ? { error: 'ThrottlingException', reasons } : ok,
      );
      const { codes, refusals } = await write(sink, records(8));
      expect(codes).toEqual([[3, 'DYNAMODB_KEY_RANGE_THROTTLED']]);
      expect(refusals[0]).toMatchObject({ details: { key: 'Su3' }, message: expect.stringContaining('u3') });
      expect(
        sent(stub)
          .slice(0, 7)
          .toSorted((a, b) => b - a),
      ).toEqual([8, 4, 4, 2, 2, 1, 1]);
    });

    it('by the table’s own maximum is refused with a code that tells the setting', async () => {
      const reasons = [
        { reason: 'TableWriteMaxOnDemandThroughputExceeded', resource: 'arn:aws:dynamodb:::table/landing' },
      ];
      const { sink } = await stubbed(() => ({ error: 'ThrottlingException', reasons }));
      const { refusals } = await write(sink, records(1));
      expect(refusals).toEqual([
        expect.objectContaining({
          code: 'DYNAMODB_MAX_ON_DEMAND_THROUGHPUT',
          message: expect.stringContaining('OnDemandThroughput.MaxWriteRequestUnits'),
        }),
      ]);
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
    const refusing = (bad: readonly string[], error = 'ValidationException', warm = true) =>
      stubbed(
        (request) =>
          keysOf(request).some((key) => bad.includes(key!)) ? { error, message: 'Type mismatch for Index Key' } : ok,
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
      expect(stub.requests.length).toBeLessThanOrEqual(11);
    });

    it('is found among several', async () => {
      const { sink } = await refusing(['u0', 'u12', 'u13', 'u24']);
      expect((await write(sink, records(25))).codes.map(([position]) => position)).toEqual([0, 12, 13, 24]);
    });

    it('is found for a full item collection', async () => {
      const { sink } = await refusing(['u1'], 'ItemCollectionSizeLimitExceededException');
      expect((await write(sink, records(3))).codes).toEqual([[1, 'DYNAMODB_ITEM_COLLECTION_FULL']]);
    });

    it('fails the write where the table never took any: its key is another one', async () => {
      const { stub, sink } = await refusing(
        records(25).map(({ uuid }) => uuid),
        'ValidationException',
        false,
      );
      await expect(write(sink, records(25))).rejects.toMatchObject({
        code: 'DYNAMODB_REQUEST_INVALID',
        details: { partitionKey: 'uuid' },
      });
      expect(stub.requests.length).toBe(49);
    });

    it('is refused alone where the table took others before, or it came alone', async () => {
      const { sink } = await refusing(['u0', 'u1'], 'ValidationException', false);
      expect((await write(sink, records(1))).codes).toEqual([[0, 'DYNAMODB_ITEM_INVALID']]);
      await write(sink, [{ uuid: 'good' }]);
      expect((await write(sink, records(2))).codes).toHaveLength(2);
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
