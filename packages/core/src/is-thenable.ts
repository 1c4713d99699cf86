/** True for a promise of any make. User callbacks are awaited only then: an await costs more than a record's parse. */
export function isThenable<T>(value: T | PromiseLike<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && typeof (value as Partial<PromiseLike<T>>).then === 'function';
}
