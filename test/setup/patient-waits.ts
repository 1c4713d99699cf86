import { vi } from 'vitest';

/** Less than a test has in all, so that what did not become true is reported, and not the time-out of the test. */
const PATIENCE_MS = 25_000;

const { waitFor, waitUntil } = vi;

/** Lets `vi.waitFor` and `vi.waitUntil` wait for longer than their second, which a busy machine may need for an event. */
vi.waitFor = (callback, options) => waitFor(callback, patient(options));
vi.waitUntil = (callback, options) => waitUntil(callback, patient(options));

function patient<O extends object>(options: number | O | undefined): O | { readonly timeout: number } {
  if (typeof options === 'number') return { timeout: options };
  return { timeout: PATIENCE_MS, ...options };
}
