/** Does something for each value, a few at once. If one fails, it begins no other, and waits for those that have begun. */
export async function atOnce<T, R>(
  values: readonly T[],
  limit: number,
  act: (value: T, index: number) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  let failed = false;
  const work = async (): Promise<void> => {
    for (let index = next++; index < values.length && !failed; index = next++) {
      try {
        results[index] = await act(values[index]!, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: limit }, work));
  const failure = ended.find((one) => one.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return results;
}
