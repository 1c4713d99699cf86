/**
 * Looks things up, several at once, and yields what was found in the order of the things; nothing for those without a result.
 * At most `concurrency` results are in memory.
 */
export async function* inOrder<T, R>(
  things: Iterable<T> | AsyncIterable<T>,
  concurrency: number,
  lookUp: (thing: T) => Promise<R | undefined>,
): AsyncGenerator<R, void, undefined> {
  const pending: Promise<R | undefined>[] = [];
  for await (const thing of things) {
    const found = lookUp(thing);
    found.catch(() => {}); // It is thrown where it is awaited, in its turn.
    pending.push(found);
    if (pending.length < concurrency) continue;
    const first = await pending.shift();
    if (first !== undefined) yield first;
  }
  for (const each of pending) {
    const found = await each;
    if (found !== undefined) yield found;
  }
}
