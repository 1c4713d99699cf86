/** The seed of every property test, so that a commit draws the same values on every machine. */
const RECORDED_SEED = 20_261_128;

/**
 * Returns the global parameters of fast-check for a value of `MILLRACE_SEED`: the recorded seed by default, no seed for
 * `random` (fast-check then draws one for each property), else the integer that it names.
 *
 * @throws TypeError if the value is neither `random` nor an integer
 */
export function seedParameters(wanted = String(RECORDED_SEED)): { readonly seed?: number } {
  if (wanted === 'random') return {};
  const seed = Number(wanted);
  if (wanted.trim() !== '' && Number.isInteger(seed)) return { seed };
  throw new TypeError(`MILLRACE_SEED is ${JSON.stringify(wanted)}. Set it to an integer, or to random.`);
}
