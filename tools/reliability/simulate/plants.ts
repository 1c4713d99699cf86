import type { Plant } from '@millrace/testkit/plant';

/** Faults that Millrace once had, each as a change to its source. The simulator must find every one. */
export const PLANTS: readonly Plant[] = [
  {
    name: 'lease-is-not-checked',
    fault: 'a paused process goes on writing after its lease, over the rows of a newer version',
    patches: [
      {
        file: 'packages/core/src/run/object/lease-clock.ts',
        find: 'return Math.max(0, this.#usableMs - passed);',
        replace: 'return Math.max(1e9, passed);',
      },
    ],
  },
  {
    name: 'replay-ignores-newer-versions',
    fault: 'a replay writes an older version’s record over a newer one',
    patches: [
      {
        file: 'packages/core/src/ledger/decide.ts',
        find: 'if (version === undefined ? head !== undefined : generationOf(version) !== generationOf(head))',
        replace: 'if (false)',
      },
      // The sink compares generations for a replay as well, so either alone keeps the newer row.
      {
        file: 'packages/dynamodb/src/write-records.ts',
        find: 'const plain = puts.filter((put) => !bringsGeneration(entries[put.position]!, names));',
        replace: 'const plain = puts.filter(() => true);',
      },
    ],
  },
  {
    name: 'keys-are-not-ordered',
    fault: 'records of one file that share a key land in any order',
    patches: [
      {
        file: 'packages/core/src/run/write/key-order.ts',
        find: 'ready: earlier.size === 0 ? undefined : Promise.all(earlier), settled',
        replace: 'ready: undefined, settled',
      },
    ],
  },
  {
    name: 'any-response-is-believed',
    fault: 'status 200 with a body that is not a BatchWriteItem response counts as written',
    patches: [
      {
        file: 'packages/dynamodb/src/batch-answer.ts',
        find: "throw invalid('It does not have the shape of a BatchWriteItem response.');",
        replace: 'return { unprocessed: [], writeUnits: 0, attempts };',
      },
    ],
  },
  {
    name: 'response-checksum-is-not-compared',
    fault: 'a damaged response that names no unprocessed items counts as written',
    patches: [
      {
        file: 'packages/dynamodb/src/response.ts',
        find: 'Number(checksum) === zlib.crc32(body)) return;',
        replace: 'true) return;',
      },
    ],
  },
  {
    name: 'another-range-is-the-whole',
    fault: 'a part of an object is read as the whole object',
    patches: [
      {
        file: 'packages/s3/src/object-answer.ts',
        find: 'if (status === 206 || range !== undefined)',
        replace: 'if (false)',
      },
      {
        file: 'packages/s3/src/object-answer.ts',
        find: 'if (size === undefined || length === undefined || length === size) return;',
        replace: 'if (true) return;',
      },
    ],
  },
  {
    name: 'content-has-no-identity',
    fault: 'without an ETag, new content under a key counts as a duplicate',
    patches: [
      {
        file: 'packages/s3/src/object-version.ts',
        find: "return [...tag('lastModified', lastModified), ...tag('size', `${size}`)];",
        replace: 'return [];',
      },
    ],
  },
  {
    name: 'another-pipeline-resumes',
    fault: 'a redeployed parser resumes at the record number of the parser before',
    patches: [
      {
        file: 'packages/core/src/ledger/decide.ts',
        find: 'const sameReading = request.signature === undefined || version?.signature === request.signature;',
        replace: 'const sameReading = true;',
      },
    ],
  },
  {
    name: 'quarantine-alters-values',
    fault: 'a Map comes out of the quarantine empty, and the replay reports it as delivered',
    patches: [
      {
        file: 'packages/core/src/kept-value.ts',
        find: 'Array.from(value, ([key, inner]) => [encode(key), encode(inner)]),',
        replace: '[],',
      },
    ],
  },
  {
    name: 'replaced-rows-stay',
    fault: 'a version that failed midway leaves rows that the version after it never takes away',
    patches: [
      {
        file: 'packages/core/src/run/retire/retirement.ts',
        find: 'origin.id !== current.origin.id && attempts > 0 &&',
        replace: "origin.id !== current.origin.id && attempts > 0 && state === 'complete' &&",
      },
      {
        file: 'packages/core/src/run/retire/retirement.ts',
        find: '({ origin, attempts, retired, generation: other = 0 }) =>',
        replace: '({ origin, state, attempts, retired, generation: other = 0 }) =>',
      },
    ],
  },
  {
    name: 'a-part-of-the-extent-is-retired',
    fault: 'rows after the last checkpoint of a killed run are never retired',
    patches: [
      {
        file: 'packages/core/src/run/retire/retirement.ts',
        find: '{ origin, dates = [], reach = 0, branches = [], groups = [1], retiredBelow = 0 }: LedgerEntry,',
        replace:
          '{ origin, dates = [], watermark: reach = 0, branches = [], groups = [1], retiredBelow = 0 }: LedgerEntry,',
      },
    ],
  },
  {
    name: 'retirement-takes-newer-rows',
    fault: 'retiring an older version deletes rows that a newer version has taken',
    patches: [
      {
        file: 'packages/dynamodb/src/retire/retire-rows.ts',
        find: "expression: '#feed = :feed AND #source = :source AND #generation >= :from AND #generation < :to',",
        replace: "expression: '#feed = :feed AND #source = :source AND #generation >= :from AND #generation <= :to',",
      },
    ],
  },
  {
    name: 'listed-version-is-reverted',
    fault: 'a late event reverts the version that a listing brought after it',
    patches: [
      {
        file: 'packages/core/src/ledger/order.ts',
        find: 'if (head.unsequenced !== true) return false;',
        replace: 'return false;',
      },
    ],
  },
  {
    name: 'content-written-again-is-forgotten',
    fault: 'a version that was overwritten by the bytes of the one before is delivered last',
    patches: [
      {
        file: 'packages/core/src/ledger/before-open.ts',
        find: "compareSequencers(entry?.sequencer ?? '', sequencer) >= 0;",
        replace: 'true;',
      },
    ],
  },
  {
    name: 'throttled-records-are-rejected',
    fault: 'records that a throttled table does not take are quarantined, and the message is acknowledged',
    patches: [
      {
        file: 'packages/dynamodb/src/deliver.ts',
        find: 'function giveUp({ left, fault }: Attempt, { table, placeOf }: Delivery): never {',
        replace:
          'function giveUp({ left, fault }: Attempt, { table, placeOf, refused }: Delivery): unknown {\n' +
          "  if (fault?.kind !== 'unavailable') { for (const put of left) refused(put, fault?.error ?? " +
          "new MillraceError('DYNAMODB_UNPROCESSED', 'Not taken.')); return; }",
      },
    ],
  },
  {
    name: 'overwritten-object-is-opened',
    fault: 'the event of an overwritten object fails for ever, although the ledger knows of a newer version',
    patches: [
      {
        file: 'packages/core/src/ledger/before-open.ts',
        find: "return { outcome: entry?.state === 'complete' ? 'complete' : 'stale' };",
        replace: 'return undefined;',
      },
      // Once it was opened, what is there now says the same.
      {
        file: 'packages/core/src/run/object/object-claim.ts',
        find: 'return isReplaced(request.origin.id, tag, entries);',
        replace: 'return false;',
      },
    ],
  },
  {
    name: 'missing-object-always-fails',
    fault: 'the event of a deleted object fails for ever, although the user chose to skip it',
    patches: [
      {
        file: 'packages/s3/src/s3-source.ts',
        find: "missing === 'skip' ? skipMissing(error, ref) : error",
        replace: 'error',
      },
    ],
  },
  {
    name: 'neighbors-fail-together',
    fault: 'one object’s refused record fails the other objects of a shared write',
    patches: [
      {
        file: 'packages/core/src/run/write/write-shares.ts',
        find: 'if (shares.length > 1 && !passes && !shares[0]!.isStopped()) await writeApart(sink, shares);\n    else for',
        replace: 'for',
      },
    ],
  },
  {
    name: 'handovers-never-end',
    fault: 'continueWith hands an object over for ever without progress, at the user’s expense',
    patches: [
      {
        file: 'packages/lambda-adapter/src/continue-with.ts',
        find: 'if (idle >= MOST_IDLE_HANDOVERS)',
        replace: 'if (false)',
      },
    ],
  },
  {
    name: 'stale-version-is-granted',
    fault: 'an older version’s late event is processed after a newer version',
    patches: [
      {
        file: 'packages/core/src/ledger/order.ts',
        find: 'if (compareSequencers(head.sequencer, sequencer) > 0) return true;',
        replace: '',
      },
      {
        file: 'packages/core/src/ledger/before-open.ts',
        find: "return { outcome: entry?.state === 'complete' ? 'complete' : 'stale' };",
        replace: 'return undefined;',
      },
    ],
  },
  {
    name: 'unprocessed-items-are-forgotten',
    fault: 'what DynamoDB names as unprocessed counts as written',
    patches: [
      {
        file: 'packages/dynamodb/src/batch-answer.ts',
        find: 'unprocessed.push(item as Item);',
        replace: '',
      },
    ],
  },
  {
    name: 'writes-are-not-waited-for',
    fault: 'an object is complete while writes are in flight',
    patches: [
      {
        file: 'packages/core/src/run/write/batch-writer.ts',
        find: 'while (this.#inFlight.size > 0) await Promise.all(this.#inFlight);',
        replace: '',
      },
    ],
  },
  {
    name: 'expectations-are-not-asserted',
    fault: 'an object with fewer records than its feed expects is complete, and retires the rows of the version before',
    patches: [
      {
        file: 'packages/core/src/run/object/expectations.ts',
        find: 'if (!isWithin(facts.records, expected))',
        replace: 'if (false)',
      },
    ],
  },
  {
    name: 'earlier-rejections-are-forgotten',
    fault: 'an object that is read in several runs is judged by the rejections of the last one',
    patches: [
      {
        file: 'packages/core/src/run/object/pump.ts',
        find: 'rejected: state.rejectedBefore + rejectionCount,',
        replace: 'rejected: rejectionCount,',
      },
    ],
  },
];
