import type { Equivalent } from './equivalent-mutant.ts';

const LAMBDA = 'packages/lambda-adapter/src/';
const S3 = 'packages/s3/src/';
const DYNAMODB = 'packages/dynamodb/src/';

/** Survivors of the adapters that were judged. */
export const EQUIVALENT_IN_ADAPTERS: readonly Equivalent[] = [
  {
    file: `${S3}parallel-ranges.ts`,
    within: 'parallelRanges',
    before: "signal.addEventListener('abort', onAbort, { once: true });",
    after: "signal.addEventListener('abort', onAbort, { once: false });",
    reason: 'A signal fires once, and the listener goes when the reader has left.',
  },
  {
    file: `${S3}read-body.ts`,
    within: 'readBody',
    before: "signal.addEventListener('abort', onAbort, { once: true });",
    after: "signal.addEventListener('abort', onAbort, { once: false });",
    reason: 'A signal fires once, and the listener goes when the body ends.',
  },
  {
    file: `${S3}read-body.ts`,
    within: 'readBody',
    before: 'if (stalled || (length !== undefined && received !== length)) throw failure();',
    after: 'if ((false && stalled || (length !== undefined && received !== length))) throw failure();',
    reason: 'The iterator of a stream that is destroyed before its end throws, and that is handled above.',
  },
  {
    file: `${S3}resumable-ranges.ts`,
    within: 'resumableRanges',
    before: 'const pinned = length !== undefined && answer.ETag !== undefined;',
    after: 'const pinned = (answer.ETag !== undefined);',
    reason: 'Without a length, no byte is below the end and no object is longer than a range, so nothing is asked for.',
  },
  {
    file: `${DYNAMODB}deliver.ts`,
    within: 'deliver',
    before: 'for (let attempt = 1; ; attempt += 1) {',
    after: 'for (let attempt = 1; ; attempt += 2) {',
    reason: 'Of the number of an attempt, only whether it is the first matters.',
  },
  {
    file: `${DYNAMODB}exchange.ts`,
    within: 'answerOf',
    before: "signal.addEventListener('abort', abort, { once: true });",
    after: "signal.addEventListener('abort', abort, { once: false });",
    reason: 'A signal fires once, and the listener goes when the exchange ends.',
  },
  {
    file: `${DYNAMODB}service-fault.ts`,
    within: 'facts',
    before: "return { name: 'unknown', code: '', status: 0, message: String(thrown), attempts: 1 };",
    after: "return { name: 'unknown', code: '', status: 1, message: String(thrown), attempts: 1 };",
    reason: 'Every status below 200 means the same: there was no response.',
  },
  {
    file: `${DYNAMODB}service-fault.ts`,
    within: 'facts',
    before: 'status: $metadata?.httpStatusCode ?? 0,',
    after: 'status: $metadata?.httpStatusCode ?? 1,',
    reason: 'Every status below 200 means the same: there was no response.',
  },
  {
    file: `${DYNAMODB}split-requests.ts`,
    within: 'splitRequests',
    before: 'let bytes = 0;',
    after: 'let bytes = 1;',
    reason: 'The first item begins a request, which sets it to 0.',
  },
  {
    file: `${DYNAMODB}split-requests.ts`,
    within: 'splitRequests',
    before: 'let units = 0;',
    after: 'let units = 1;',
    reason: 'The first item begins a request, which sets it to 0.',
  },
  {
    file: `${DYNAMODB}until-aborted.ts`,
    within: 'untilAborted',
    before: "signal.addEventListener('abort', stop, { once: true });",
    after: "signal.addEventListener('abort', stop, { once: false });",
    reason: 'A signal fires once, and the listener goes when the work has ended.',
  },
  {
    file: `${DYNAMODB}until-aborted.ts`,
    within: 'sleep',
    before: "signal.addEventListener('abort', stop, { once: true });",
    after: "signal.addEventListener('abort', stop, { once: false });",
    reason: 'A signal fires once, and a second rejection changes nothing.',
  },
  {
    file: `${LAMBDA}invocation/time-budget.ts`,
    within: 'startTimeBudget',
    before: 'return { deadline: undefined, graceMs: 0, signal, isOver: () => false, outOfTime, end: () => undefined };',
    after: 'return { deadline: undefined, graceMs: 1, signal, isOver: () => false, outOfTime, end: () => undefined };',
    reason: 'A grace period follows a deadline. Sessions takes both or neither, and nothing else reads it.',
  },
];
