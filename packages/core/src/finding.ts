import { isMillraceError, toMillraceError } from './millrace-error.ts';

/** What a look at a service, or at a configuration, found. */
export interface Finding {
  /** `error`: a run would fail. `warning`: it would work, and not as people usually want it. `ok`: as it should be. */
  readonly level: 'ok' | 'warning' | 'error';
  /** What was looked at, such as `table landing_table`. */
  readonly subject: string;
  /** What was found, as a sentence. */
  readonly message: string;
  /** Stable code of what is wrong, such as `DYNAMODB_TABLE_NOT_FOUND`. */
  readonly code?: string;
  /** What to do about it, as a sentence. */
  readonly remedy?: string;
}

/** What a probe is given. */
export interface ProbeContext {
  /** Ends the probe. */
  readonly signal: AbortSignal;
}

/**
 * Looks at the service that a plugin works with: whether it can be reached, whether what it needs is there and as it should be,
 * and what may be done. It changes nothing. It never rejects: what it cannot find out is a finding.
 */
export type Probe = (context: ProbeContext) => Promise<readonly Finding[]>;

/**
 * Makes a finding of what a request was rejected with. For plugin authors.
 *
 * @param subject what was looked at
 * @param remedies what to do, by code; by default, the message says it
 */
export function findingOf(subject: string, thrown: unknown, remedies: Readonly<Record<string, string>> = {}): Finding {
  const error = isMillraceError(thrown) ? thrown : toMillraceError(thrown, 'PROBE_FAILED');
  const { code, message } = error;
  const remedy = remedies[code];
  return { level: 'error', subject, message, code, ...(remedy !== undefined && { remedy }) };
}
