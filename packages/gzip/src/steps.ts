import { isPart, type Outputs, type Part } from '@millrace/core/plugin';
import { OUTPUT_BYTES } from './engine.ts';

/** An output, or a promise to wait for before the next step. */
export type Step = Uint8Array | Part | Promise<unknown>;

/**
 * Outputs that are made one by one, by code that is synchronous until it has to wait. Layers lie within each other, and an archive
 * may have ten thousand small files: an asynchronous generator for each layer would cost more than what it does.
 */
export type Steps<S = Step, T = void> = Generator<S, T, unknown>;

/** Bytes that the beginning of a part counts for. */
const PART_WEIGHT = 256;

/** Makes steps of the outputs of a layer. If the steps are left early, so are the outputs. */
export function* stepsOf(outputs: Outputs<Uint8Array | Part>): Steps {
  if (Symbol.iterator in outputs) {
    yield* outputs;
    return;
  }
  const iterator = outputs[Symbol.asyncIterator]();
  let isOver = true;
  try {
    for (;;) {
      // What it throws, it has ended with.
      const { done, value } = (yield iterator.next()) as IteratorResult<Uint8Array | Part, void>;
      if (done === true) return;
      isOver = false;
      yield value;
      isOver = true;
    }
  } finally {
    if (!isOver) yield iterator.return?.() ?? Promise.resolve();
  }
}

/** Puts other steps in the place of each output. Anything else goes up, and what is returned for it comes down. */
export function* eachOutput<S>(
  steps: Steps<S | Uint8Array | Part>,
  replaced: (output: Uint8Array | Part) => Iterable<S | Uint8Array | Part>,
): Steps<S | Uint8Array | Part> {
  try {
    for (let step = steps.next(); step.done !== true;) {
      const { value } = step;
      if (isOutput(value)) {
        yield* replaced(value);
        step = steps.next();
        continue;
      }
      let settled: unknown;
      try {
        settled = yield value;
      } catch (error) {
        step = steps.throw(error);
        continue;
      }
      step = steps.next(settled);
    }
  } finally {
    // Gives back what the steps hold, unless they are over.
    for (let step = steps.return(); step.done !== true;) step = steps.next(yield step.value);
  }
}

/** Takes the steps: at once, as long as there is nothing to wait for and they give little, and the others as they are asked for. */
export function outputsOf(steps: Iterable<Step>): Outputs<Uint8Array | Part> {
  if (Array.isArray(steps)) return steps as readonly (Uint8Array | Part)[];
  const iterator = steps[Symbol.iterator]() as Steps;
  const ready: (Uint8Array | Part)[] = [];
  let weight = 0;
  try {
    for (;;) {
      const step = iterator.next();
      if (step.done === true) return ready;
      if (!isOutput(step.value)) return outputsLater(ready, iterator, step);
      ready.push(step.value);
      weight += isPart(step.value) ? PART_WEIGHT : step.value.length;
      if (weight >= OUTPUT_BYTES) return outputsLater(ready, iterator, undefined);
    }
  } catch (error) {
    return failing(ready, error);
  }
}

function* failing<T>(outputs: readonly T[], error: unknown): Generator<T, void, undefined> {
  yield* outputs;
  throw error;
}

async function* outputsLater(
  ready: readonly (Uint8Array | Part)[],
  steps: Steps,
  first: IteratorResult<Step, void> | undefined,
): AsyncGenerator<Uint8Array | Part, void, undefined> {
  try {
    for (const output of ready) yield output;
    for (let step = first ?? steps.next(); step.done !== true;) {
      const { value } = step;
      if (isOutput(value)) {
        yield value;
        step = steps.next();
      } else {
        step = await afterPromise(steps, value);
      }
    }
  } finally {
    for (let step = steps.return(); step.done !== true;) step = await afterPromise(steps, step.value);
  }
}

async function afterPromise(steps: Steps, promise: unknown): Promise<IteratorResult<Step, void>> {
  let settled: unknown;
  try {
    settled = await promise;
  } catch (error) {
    return steps.throw(error);
  }
  return steps.next(settled);
}

export function isOutput(step: unknown): step is Uint8Array | Part {
  return step instanceof Uint8Array || isPart(step);
}
