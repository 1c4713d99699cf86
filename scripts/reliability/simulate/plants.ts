import type { Plant } from '@millrace/testkit/plant';

/** Faults that Millrace once had, each as a change to its source. Each must be found. */
export const PLANTS: readonly Plant[] = [
  {
    name: 'lost-lease-is-not-noticed',
    fault: 'a run whose claim was taken over goes on to store its progress over the new holder’s',
    patches: [
      {
        file: 'packages/core/src/ledger/stored-ledger.ts',
        find: 'if (!holds(request, known)) break;',
        replace: '',
      },
    ],
  },
  {
    name: 'stale-version-is-granted',
    fault: 'an older version’s late event is processed after a newer version',
    patches: [
      {
        file: 'packages/core/src/ledger/decide.ts',
        find: 'return compareSequencers(head.sequencer, sequencer) > 0;',
        replace: 'return false;',
      },
    ],
  },
  {
    name: 'unprocessed-items-are-forgotten',
    fault: 'what DynamoDB names as unprocessed counts as written',
    patches: [
      {
        file: 'packages/dynamodb/src/sdk-sender.ts',
        find: '.map(({ PutRequest }) => PutRequest?.Item ?? {}),',
        replace: '.map(({ PutRequest }) => PutRequest?.Item ?? {}).slice(0, 0),',
      },
    ],
  },
];
