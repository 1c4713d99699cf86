import { MillraceError } from '@millrace/core';

/**
 * Refuses an event of another major version than the one that is understood. A minor version only adds members, so any will
 * do. An absent version passes: some senders leave it out, and what is used is checked by itself.
 *
 * @throws MillraceError `LAMBDA_EVENT_VERSION`
 */
export function checkEventVersion(version: unknown, major: string): void {
  if (version === undefined || version === null) return;
  if (typeof version === 'string' && version.split('.')[0] === major) return;
  throw new MillraceError(
    'LAMBDA_EVENT_VERSION',
    `The event has version ${JSON.stringify(version)}, but ${major}.x is what this release understands. Look for a newer ` +
      '@millrace/lambda-adapter.',
    { details: { eventVersion: version } },
  );
}
