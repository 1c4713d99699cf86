import type { OptionCheck } from '../check-options.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { MillraceError } from '../millrace-error.ts';

/** A ledger that can be listed. */
export type ListableLedger = Ledger & Required<Pick<Ledger, 'list'>>;

/** @throws MillraceError `LEDGER_NOT_LISTABLE` */
export function listable(owner: string, ledger: Ledger): ListableLedger {
  if (ledger.list !== undefined) return ledger as ListableLedger;
  throw new MillraceError(
    'LEDGER_NOT_LISTABLE',
    `${owner} needs a ledger that can be listed by time, and the ledger ${ledger.name} has no list(). Use one of ` +
      'memoryLedger, dynamodbLedger and postgresLedger, or give its store a list().',
    { details: { ledger: ledger.name } },
  );
}

export const isLedger: OptionCheck = (value) =>
  typeof (value as Partial<Ledger> | null)?.entries === 'function' ? undefined : 'a ledger, such as memoryLedger()';
