import { describe, expect, it } from 'vitest';
import { CHECKSUM_MISMATCH, RESPONSE_INVALID } from '../src/response.ts';
import { isExpired, isRefusedRequest, serviceFault, type ServiceFault } from '../src/service-fault.ts';

/** What an SDK client throws. */
function failure(name: string, httpStatusCode?: number, more: object = {}): Error {
  return Object.assign(new Error('why'), {
    name,
    ...(httpStatusCode !== undefined && { $metadata: { httpStatusCode } }),
    ...more,
  });
}

const of = (thrown: unknown, access?: 'write' | 'read'): readonly [ServiceFault['kind'], string, boolean] => {
  const { kind, error } = serviceFault(thrown, 'landing', access);
  return [kind, error.code, error.retryable];
};

describe('a failed request', () => {
  it.each<[string, number | undefined, ServiceFault['kind'], string, boolean]>([
    ['ProvisionedThroughputExceededException', 400, 'throttled', 'DYNAMODB_THROTTLED', true],
    ['ThrottlingException', 400, 'throttled', 'DYNAMODB_THROTTLED', true],
    ['Throttling', 400, 'throttled', 'DYNAMODB_THROTTLED', true],
    ['RequestLimitExceeded', 400, 'throttled', 'DYNAMODB_THROTTLED', true],
    ['TooManyRequestsException', 400, 'throttled', 'DYNAMODB_THROTTLED', true],
    ['Unknown', 429, 'throttled', 'DYNAMODB_THROTTLED', true],
    ['ValidationException', 400, 'item', 'DYNAMODB_ITEM_INVALID', false],
    ['Unknown', 413, 'item', 'DYNAMODB_ITEM_INVALID', false],
    ['ItemCollectionSizeLimitExceededException', 400, 'item', 'DYNAMODB_ITEM_COLLECTION_FULL', false],
    ['ResourceNotFoundException', 400, 'fatal', 'DYNAMODB_TABLE_NOT_FOUND', false],
    ['AccessDeniedException', 400, 'fatal', 'DYNAMODB_ACCESS_DENIED', false],
    ['CredentialsProviderError', undefined, 'fatal', 'DYNAMODB_CREDENTIALS_INVALID', false],
    ['SignatureDoesNotMatch', 403, 'fatal', 'DYNAMODB_CREDENTIALS_INVALID', false],
    ['ExpiredToken', 400, 'fatal', 'DYNAMODB_CREDENTIALS_INVALID', true],
    ['ExpiredTokenException', 400, 'fatal', 'DYNAMODB_CREDENTIALS_INVALID', true],
    ['InternalFailure', 400, 'unavailable', 'DYNAMODB_UNAVAILABLE', true],
    ['ReplicatedWriteConflictException', 400, 'unavailable', 'DYNAMODB_UNAVAILABLE', true],
    ['RequestTimeout', 408, 'unavailable', 'DYNAMODB_UNAVAILABLE', true],
    ['TimeoutError', undefined, 'unavailable', 'DYNAMODB_UNAVAILABLE', true],
    ['Unknown', 500, 'unavailable', 'DYNAMODB_UNAVAILABLE', true],
    ['Unknown', 599, 'unavailable', 'DYNAMODB_UNAVAILABLE', true],
    [RESPONSE_INVALID, 200, 'unavailable', 'DYNAMODB_RESPONSE_INVALID', true],
    [CHECKSUM_MISMATCH, 400, 'unavailable', 'DYNAMODB_RESPONSE_INVALID', true],
    ['Unknown', 200, 'unavailable', 'DYNAMODB_RESPONSE_INVALID', true],
    ['Unknown', 299, 'unavailable', 'DYNAMODB_RESPONSE_INVALID', true],
    ['Unknown', undefined, 'fatal', 'DYNAMODB_REQUEST_FAILED', false],
    ...[199, 300, 400, 412, 414, 428, 430, 499].map((status): [string, number, 'fatal', string, boolean] => [
      'Unknown',
      status,
      'fatal',
      'DYNAMODB_REQUEST_FAILED',
      false,
    ]),
  ])('%s with status %s is %s: %s', (name, status, ...expected) => {
    expect(of(failure(name, status))).toEqual(expected);
  });

  it('of the network is one of the way to the service', () => {
    expect(of(failure('Error', undefined, { code: 'ECONNRESET' }))).toEqual([
      'unavailable',
      'DYNAMODB_UNAVAILABLE',
      true,
    ]);
    expect(of(failure('Error', undefined, { code: 'EOTHER' }))).toEqual(['fatal', 'DYNAMODB_REQUEST_FAILED', false]);
    expect(of(failure('Error', undefined, { code: ['ECONNRESET'] }))[0]).toBe('fatal');
  });

  it('that throws no error is fatal, and was one request', () => {
    const { kind, error, attempts } = serviceFault('broken', 'landing');
    expect({ kind, attempts }).toEqual({ kind: 'fatal', attempts: 1 });
    expect(error).toMatchObject({ code: 'DYNAMODB_REQUEST_FAILED', retryable: false, cause: 'broken' });
    expect(error.message).toContain('unknown: broken');
    expect(of(undefined)).toEqual(['fatal', 'DYNAMODB_REQUEST_FAILED', false]);
  });

  it('says how many requests were sent, as far as the client says it', () => {
    expect(serviceFault(failure('Unknown', 500), 'landing').attempts).toBe(1);
    expect(serviceFault(failure('Unknown', 500, { $metadata: { attempts: 3 } }), 'landing').attempts).toBe(3);
  });

  it('has the reason in the details, and its message unless that may quote a body', () => {
    const said = (thrown: Error) => serviceFault(thrown, 'landing').error;
    expect(said(failure('ValidationException', 400))).toMatchObject({
      details: { table: 'landing', reason: 'ValidationException' },
    });
    for (const open of [
      failure('ValidationException', 400),
      failure('Unknown', 199),
      failure('Unknown', 300),
      failure(RESPONSE_INVALID, 200),
      failure('Error', 200, { code: 'ECONNRESET' }),
    ]) {
      expect(said(open).message).toContain(`${open.name}: why`);
      expect(said(open).cause).toBe(open);
    }
    for (const closed of [
      failure('SyntaxError'),
      failure('SyntaxError', 502),
      failure('Unknown', 200),
      failure('Unknown', 299),
    ]) {
      expect(said(closed).message).toContain(`${closed.name}: the body could not be read`);
      expect(String(said(closed).cause)).not.toContain('why');
    }
  });
});

describe('a throttled request', () => {
  const throttled = (...reasons: readonly unknown[]): Error =>
    failure('ThrottlingException', 400, { ThrottlingReasons: reasons.map((reason) => ({ reason })) });
  const HOT = 'TableWriteKeyRangeThroughputExceeded';
  const MAX = 'TableWriteMaxOnDemandThroughputExceeded';

  it('is of a range of keys if all reasons are', () => {
    expect(of(throttled(HOT, HOT))).toEqual(['hot', 'DYNAMODB_KEY_RANGE_THROTTLED', true]);
    expect(of(throttled(HOT, 'TableWriteProvisionedThroughputExceeded'))).toEqual([
      'throttled',
      'DYNAMODB_THROTTLED',
      true,
    ]);
    expect(of(throttled())).toEqual(['throttled', 'DYNAMODB_THROTTLED', true]);
    expect(of(throttled(1, HOT))[0]).toBe('hot');
    expect(of(throttled(1))[0]).toBe('throttled');
    expect(of(failure('ThrottlingException', 400, { ThrottlingReasons: HOT }))[0]).toBe('throttled');
  });

  it('is of the maximum that the table was given if any reason is', () => {
    expect(of(throttled(HOT, MAX))).toEqual(['throttled', 'DYNAMODB_MAX_ON_DEMAND_THROUGHPUT', true]);
  });

  it('says whether writes or reads were too many', () => {
    const text = (thrown: Error, access?: 'write' | 'read') => serviceFault(thrown, 'landing', access).error.message;
    expect(text(throttled(MAX))).toContain('MaxWriteRequestUnits');
    expect(text(throttled(MAX), 'read')).toContain('MaxReadRequestUnits');
    expect(text(throttled(HOT), 'read')).toContain('more reads than');
    expect(text(throttled())).toContain('no write capacity left');
  });
});

describe('a request that is refused for the way in which it was made', () => {
  it.each([400, 403, 412, 414, 428, 430, 499])('may have status %i', (status) => {
    expect(isRefusedRequest(failure('Unknown', status))).toBe(true);
  });

  it.each([undefined, 200, 399, 413, 429, 500, 503])('has no status %s', (status) => {
    expect(isRefusedRequest(failure('Unknown', status))).toBe(false);
  });

  it.each(['ThrottlingException', 'ValidationException', 'ResourceNotFoundException', 'RequestTimeout'])(
    'is no %s',
    (name) => {
      expect(isRefusedRequest(failure(name, 400))).toBe(false);
    },
  );

  it('may be one with credentials that have run out', () => {
    for (const name of ['ExpiredToken', 'ExpiredTokenException']) {
      expect([isExpired(failure(name, 400)), isRefusedRequest(failure(name, 400))]).toEqual([true, true]);
    }
    expect(isExpired(failure('InvalidSignatureException', 400))).toBe(false);
    expect(isExpired('ExpiredToken')).toBe(false);
  });
});
