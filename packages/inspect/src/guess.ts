/** What something was found to be, how sure that is, and what else it could be. */
export interface Guess<T> {
  readonly value: T;
  /** From 0 to 1. At 0.9 or more, nothing in what was read speaks for another value. */
  readonly confidence: number;
  /** The next likeliest value, if there is one. */
  readonly runnerUp?: Rival<T>;
}

/** A value that is less likely. */
export interface Rival<T> {
  readonly value: T;
  readonly confidence: number;
}

/** Makes a guess; confidences are cut to 0 to 1 and rounded to hundredths, and a runner-up is never surer than its winner. */
export function guess<T>(value: T, confidence: number, rival?: T, rivalConfidence = 0): Guess<T> {
  const own = rounded(confidence);
  if (rival === undefined || rival === value) return { value, confidence: own };
  return { value, confidence: own, runnerUp: { value: rival, confidence: Math.min(own, rounded(rivalConfidence)) } };
}

/** The same guess, not surer than a limit. */
export function atMost<T>(one: Guess<T>, limit: number): Guess<T> {
  return one.confidence <= limit ? one : guess(one.value, limit, one.runnerUp?.value, one.runnerUp?.confidence);
}

function rounded(confidence: number): number {
  return Math.round(Math.min(1, Math.max(0, confidence)) * 100) / 100;
}
