import type { KnownFailure } from './known-failure.ts';

const DYNAMODB = 'https://docs.aws.amazon.com/amazondynamodb/latest';

/** moto 5.2.5, `_build_updated_new_attributes`. DynamoDB Local and dynalite do as DynamoDB does. */
const UPDATED_NEW = {
  backend: 'moto',
  request:
    'UpdateItem with ReturnValues UPDATED_NEW and SET v = if_not_exists(v, :zero), w = :one, of an item with v = 7',
  response: '{"w":{"N":"1"}}: an attribute whose value did not change is left out',
  expected: '{"v":{"N":"7"},"w":{"N":"1"}}: all attributes of the update, as they are after it',
  source: `${DYNAMODB}/APIReference/API_UpdateItem.html#DDB-UpdateItem-request-ReturnValues`,
};

/** moto 5.2.5, `batch_write_item`: the number is a constant. */
const BATCH_CAPACITY = {
  backend: 'moto',
  request: 'BatchWriteItem with ReturnConsumedCapacity TOTAL and 25 puts of 2 KB each',
  response: '"ConsumedCapacity":[{"CapacityUnits":1, …}], whatever the items are',
  expected: '50 units: one for each item and each KB of it that is begun',
  source: `${DYNAMODB}/developerguide/read-write-operations.html`,
};

/** moto 5.2.5, `LimitedSizeDict`: the limit is 405,000, by a comment there to stay below the real one. */
const ITEM_SIZE = {
  backend: 'moto',
  request: 'PutItem of an item of 405,001 to 409,600 bytes',
  response: 'ValidationException: Item size has exceeded the maximum allowed size',
  expected: 'takes it: an item may have 400 KB, which is 409,600 bytes',
  source: `${DYNAMODB}/developerguide/Constraints.html#limits-items`,
};

/** moto 5.2.5 compares numbers by value and returns the text that it was sent. */
const NUMBERS = {
  backend: 'moto',
  request: 'PutItem with the key {"N":"1E2"}, then Scan',
  response: '{"N":"1E2"}',
  expected: '{"N":"100"}: leading and trailing zeros are trimmed, and a number has one form',
  source: `${DYNAMODB}/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.Number`,
};

/**
 * Failures that are a server's own, with what it was sent, what it did, and what AWS documents. A failure that is not
 * here is ours until a request shows otherwise.
 */
export const knownFailures: readonly KnownFailure[] = [
  {
    ...UPDATED_NEW,
    file: 'packages/dynamodb/test/ledger.test.ts',
    tests: [
      /^a ledger in DynamoDB keeps the contract 9\.3 (newest|all): a claim whose lease has run out is taken over at its /,
      /^a ledger in DynamoDB keeps the contract 9\.3 (newest|all): what was given back as (aborted|failed) is granted at /,
      /^a ledger in DynamoDB keeps the contract 9\.3 runs: a failed item goes on at its watermark, with the same ordinals$/,
      /^a ledger in DynamoDB keeps the contract 9\.3 runs: an item that is stopped goes on exactly there, in as many runs /,
      /^a ledger in DynamoDB keeps the contract 9\.11 newest: what comes back goes on at its watermark while nothing comes/,
      /^a ledger in DynamoDB keeps the contract 9\.11 newest: what is unfinished starts over after another version/,
      /^a ledger in DynamoDB keeps the contract 9\.11 all: each version is carried once, and goes on at its watermark$/,
    ],
    message: /\+ {3}watermark: 0|\+ {3}skipped: 0|^0 !== \d+$|After 11 runs the item is aborted/m,
  },
  {
    ...UPDATED_NEW,
    file: 'packages/dynamodb/test/ledger-crashes.test.ts',
    tests: [
      /^a process that dies leaves nothing lost and nothing stuck: (newest|all), (before|after) request \d+$/,
      /^a process that dies with what came back leaves none of its records out: unfinished \w+, (before|after) request \d+$/,
    ],
    message: /expected 0 to be greater than or equal to [12]00/,
  },
  {
    ...UPDATED_NEW,
    file: 'packages/lambda-adapter/test/lambda-runtime.test.ts',
    tests: [
      /^Lambda's Node runtime, a bundle of (esm|cjs) answers before the time is over, and goes on from there in the next /,
    ],
    message: /expected \[ \{ itemIdentifier: 'slow' \} \] to deeply equal \[\]/,
  },
  {
    ...BATCH_CAPACITY,
    file: 'packages/dynamodb/test/feed.test.ts',
    tests: ['a feed into a landing table lands every record once, delivered twice'],
    message: /writeUnits: \d+/,
  },
  {
    ...BATCH_CAPACITY,
    file: 'packages/dynamodb/test/pack-table.test.ts',
    tests: ['a table with packs costs a fraction, and reads as if each record had been landed alone'],
    message: /writeUnits: \d+/,
  },
  {
    ...BATCH_CAPACITY,
    file: 'packages/dynamodb/test/sink.test.ts',
    tests: ['through the sdk sender dynamodbSink puts a batch', 'through the lean sender dynamodbSink puts a batch'],
    message: /expected \{ writeUnits: 1, …\(1\) \} to deeply equal \{ writeUnits: 25, …\(1\) \}/,
  },
  {
    ...ITEM_SIZE,
    file: 'packages/dynamodb/test/sink.test.ts',
    tests: [
      /^through the (sdk|lean) sender an item of 400 KB is taken, and one byte more is not, of ".+"$/,
      /^through the (sdk|lean) sender an item of 400 KB counts the names of attributes$/,
    ],
    message: /to deeply equal \[ \[ 1, 'DYNAMODB_ITEM_TOO_LARGE' \] \]/,
  },
  {
    ...NUMBERS,
    file: 'packages/dynamodb/test/sink.test.ts',
    tests: [
      /^through the (sdk|lean) sender records of one key in a batch are recognised as DynamoDB holds keys equal: numbers by/,
    ],
    message: /expected Set\{/,
  },
];
