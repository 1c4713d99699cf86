import type { Feed } from '../../feed.ts';
import type { LandingKeys } from '../../landing/landing-keys.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { MillraceError } from '../../millrace-error.ts';
import type { Sink } from '../../sink.ts';

/** A feed's way to find the rows of a version again. */
export interface Retirable {
  readonly keys: LandingKeys;
  readonly retire: NonNullable<Sink<never>['retire']>;
  /** Stores how far a version is retired. */
  readonly retired: NonNullable<Ledger['retired']>;
}

/**
 * Finds out how the rows of a feed can be retired.
 *
 * @throws MillraceError `RETIRE_UNSUPPORTED`
 */
export function retirable<Ref>({ name, stages }: Feed<Ref>, ledger: Ledger): Retirable {
  const { eaches, sink } = stages;
  const unsupported = (why: string): MillraceError =>
    new MillraceError('RETIRE_UNSUPPORTED', `The rows of feed ${name} cannot be retired: ${why}`, {
      details: { feed: name, sink: sink.name, ledger: ledger.name },
    });
  const keys = eaches.at(-1)?.landing;
  if (keys === undefined) {
    throw unsupported(
      'its keys are not known without its records. End it in landingItem() or landingRow(), with no transform after it.',
    );
  }
  if (sink.retire === undefined) throw unsupported(`sink ${sink.name} has no way to delete them. Use another sink.`);
  const obstacle = sink.retireObstacle?.(keys);
  if (obstacle !== undefined) throw unsupported(obstacle);
  if (ledger.retired === undefined) {
    throw unsupported(`ledger ${ledger.name} cannot store it. Give it retired(), or make it with storedLedger().`);
  }
  return { keys, retire: sink.retire, retired: ledger.retired };
}
