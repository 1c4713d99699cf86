import { MillraceError } from '../../millrace-error.ts';

/*
 * Errors of an object that come neither from its records nor from a plugin.
 */

/** Each round would reject what the round before rejected, and write the object that begins the next one. */
export function quarantineLoop(object: string): MillraceError {
  return new MillraceError(
    'QUARANTINE_LOOP',
    `${object} was written by the quarantine of this run, so processing it would reject its records into the quarantine again. ` +
      'Keep the quarantine outside of what the run reads, or leave its objects out of the list.',
  );
}

export function closeTimedOut(): MillraceError {
  return new MillraceError(
    'PLUGIN_TIMEOUT',
    'The source did not release the object in time. The run continues without it; connections may be left open.',
  );
}

export function ledgerContract(name: string): MillraceError {
  const message = `Ledger ${name} cannot order an opened object, and must then grant it. This is a mistake in the ledger.`;
  return new MillraceError('LEDGER_CONTRACT', message, { stage: `ledger:${name}` });
}
