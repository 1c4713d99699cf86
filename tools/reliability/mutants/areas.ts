/** A part of the correctness core, and the tests that must notice a change of it. */
export interface Area {
  readonly name: string;
  /** Folders, which end with `/`, and files that are changed. */
  readonly sources: readonly string[];
  /** Folders and files of tests that run against each mutant: those of the package, and its conformance cases. */
  readonly tests: readonly string[];
  /** Tests below `tests` that do not reach the sources, or start so many programs that each mutant would take minutes. */
  readonly without?: readonly string[];
}

const CORE = 'packages/core/src/';
const CORE_TESTS = 'packages/core/test/';
const KIT_TESTS = 'packages/testkit/test/';
const DYNAMODB = 'packages/dynamodb/src/';
const DYNAMODB_TESTS = 'packages/dynamodb/test/';
const S3 = 'packages/s3/src/';
const S3_TESTS = 'packages/s3/test/';
const LAMBDA = 'packages/lambda-adapter/src/';
const LAMBDA_TESTS = 'packages/lambda-adapter/test/';

const below = (folder: string, names: readonly string[], suffix: string): readonly string[] =>
  names.map((name) => `${folder}${name}${suffix}`);

export const AREAS: readonly Area[] = [
  {
    name: 'run',
    sources: [`${CORE}run/`],
    tests: [CORE_TESTS, `${KIT_TESTS}runner-closes-items.test.ts`],
    without: below(
      CORE_TESTS,
      [
        'claim-order',
        'decide',
        'decide-before-open',
        'decimal',
        'encode-json-line',
        'error-from-json',
        'landing-uuid',
        'holder',
        'ledger-interleavings',
        'rejection-json',
        'order',
        'sealed-content',
        'sealed-quarantine',
        'stored-ledger',
        'stored-quarantine',
        'sum-counts',
        'types',
        'validate',
      ],
      '.test.ts',
    ),
  },
  {
    name: 'ledger',
    sources: [`${CORE}ledger/`],
    tests: [
      ...below(
        CORE_TESTS,
        [
          'stored-ledger',
          'claim-order',
          'decide',
          'holder',
          'order',
          'decide-before-open',
          'ledger',
          'ledger-calls',
          'lease',
          'replay-paths',
          'signature',
        ],
        '.test.ts',
      ),
      `${KIT_TESTS}ledger-cases.test.ts`,
      `${CORE_TESTS}ledger-interleavings.test.ts`,
    ],
  },
  {
    name: 'quarantine',
    sources: [`${CORE}quarantine/`, `${CORE}stored-quarantine.ts`, `${CORE}sealed-quarantine.ts`],
    tests: [
      ...below(
        CORE_TESTS,
        ['sealed-content', 'sealed-quarantine', 'stored-quarantine', 'rejections', 'replay'],
        '.test.ts',
      ),
      `${KIT_TESTS}quarantine-cases.test.ts`,
    ],
  },
  {
    name: 'delivery',
    sources: below(
      DYNAMODB,
      [
        'backoff',
        'batch-answer',
        'batch-input',
        'deliver',
        'exchange',
        'http-answer',
        'keep-newest',
        'lean-sender',
        'refused-item',
        'request-gate',
        'response',
        'retry-budget',
        'sdk-sender',
        'service-fault',
        'split-requests',
        'until-aborted',
        'write-records',
      ],
      '.ts',
    ),
    tests: below(
      DYNAMODB_TESTS,
      [
        'answers',
        'backoff',
        'deliver',
        'exchange',
        'refused-item',
        'service-fault',
        'timers',
        'waits',
        'write-settings',
        'requests',
        'lean-sender',
        'sender-choice',
        'keep-newest',
        'rate',
        'content-free',
        'sink-responses',
        'sink-faults',
        'sink',
        'conformance',
      ],
      '.test.ts',
    ),
  },
  {
    name: 'ranges',
    sources: below(
      S3,
      [
        'comparison',
        'etag',
        'object-answer',
        'object-body',
        'object-ranges',
        'object-version',
        'parallel-ranges',
        'pin',
        'read-body',
        'resumable-ranges',
        'running-checksum',
        'settled-version',
        'whole-object',
      ],
      '.ts',
    ),
    tests: below(
      S3_TESTS,
      // The quick ones first.
      [
        'answers',
        'read-body',
        'resumable-ranges',
        'checksums',
        'identity',
        'waits',
        'source-errors',
        'object-ranges',
        'missing-object',
        'whole-answers',
        'identify',
        'body',
        'ranges',
        'resuming',
        'validation',
        'unbelievable-answers',
        'source',
        'versions-without-etag',
        'conformance',
      ],
      '.test.ts',
    ),
  },
  {
    name: 'carriers',
    sources: [
      `${LAMBDA}carriers/`,
      `${LAMBDA}invocation/`,
      `${LAMBDA}sqs/`,
      `${LAMBDA}s3-batch/`,
      ...below(
        LAMBDA,
        [
          'continue-with',
          'map-summary',
          'object-result',
          'objects-failed-error',
          'to-landing-handler',
          'to-map-handler',
          'to-s3-batch-handler',
          'to-s3-handler',
          'to-sqs-handler',
        ],
        '.ts',
      ),
    ],
    tests: [LAMBDA_TESTS],
    without: below(
      LAMBDA_TESTS,
      ['event-shapes', 'key-encodings', 'lambda-runtime', 'read-event', 'types'],
      '.test.ts',
    ),
  },
];
