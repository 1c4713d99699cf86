/** JavaScript's timers fire at once if asked to wait longer than this, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Calls `fire` after `ms` milliseconds, however many they are.
 *
 * @returns stops the timer
 */
export function startTimer(ms: number, fire: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const arm = (left: number): void => {
    if (left <= LONGEST_MS) timer = setTimeout(fire, Math.max(0, left));
    else timer = setTimeout(() => arm(left - LONGEST_MS), LONGEST_MS);
  };
  arm(ms);
  return () => clearTimeout(timer);
}

/**
 * Calls `beat` every `ms` milliseconds, or every 24 days if that is less.
 *
 * @returns stops the beats
 */
export function startBeats(ms: number, beat: () => void): () => void {
  const timer = setInterval(beat, Math.min(ms, LONGEST_MS));
  return () => clearInterval(timer);
}
