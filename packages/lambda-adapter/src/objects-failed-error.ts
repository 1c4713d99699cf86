import { MillraceError } from '@millrace/core';
import type { InvocationReport, ObjectResult } from './object-result.ts';

/**
 * One object or more of an invocation did not complete. It is thrown once every record was tried, so the others are done.
 * Lambda then retries the whole event, which writes what is done once more, onto itself.
 *
 * The message names each object that failed, with its code, because the message is all that Lambda passes on to an
 * on-failure destination. It has at most about 30,000 characters, since Step Functions takes no more than 32,768; those that
 * do not fit are counted. The cause is the first failure.
 */
export class ObjectsFailedError extends MillraceError {
  /** What the invocation did, with the report of every object, good and bad. */
  readonly report: InvocationReport;
  /** The objects that failed, are held by another run, or were aborted. */
  readonly failures: readonly ObjectResult[];

  constructor(report: InvocationReport) {
    const failures = report.objects.filter(isFailure);
    const named = failures.map(({ object, error }) => ({ object, code: error?.code ?? 'unknown' }));
    super(
      'LAMBDA_OBJECTS_FAILED',
      `LAMBDA_OBJECTS_FAILED: ${failures.length} of ${report.objects.length} records failed: ` +
        listed(failures.map(({ object, error }) => `${object}: ${error?.code}: ${error?.message}`)),
      { cause: failures[0]?.error, details: { failures: named } },
    );
    this.report = report;
    this.failures = failures;
  }
}

const LONGEST_MESSAGE = 30_000;

const SEPARATOR = '; ';

function listed(failures: readonly string[]): string {
  let length = 0;
  const fitting = failures.findIndex((one) => (length += one.length + SEPARATOR.length) > LONGEST_MESSAGE);
  if (fitting === -1) return failures.join(SEPARATOR);
  const shown = failures.slice(0, fitting);
  return [...shown, `and ${failures.length - fitting} more, which the log names`].join(SEPARATOR);
}

export function isFailure({ outcome }: ObjectResult): boolean {
  return outcome === 'failed' || outcome === 'held' || outcome === 'aborted';
}
