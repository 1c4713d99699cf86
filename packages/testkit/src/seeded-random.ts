/** Numbers from 0 to below 1 that are the same for the same seed: a multiplicative congruential generator, modulus 2^31 - 1. */
export function seededRandom(seed: number): () => number {
  let state = (Math.abs(Math.trunc(seed)) % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state - 1) / 2_147_483_646;
  };
}
