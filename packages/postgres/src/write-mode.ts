/** What becomes of a row whose key is there already. */
export type WriteMode = 'upsert' | 'keep';
