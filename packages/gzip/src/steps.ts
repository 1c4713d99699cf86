import { isPart, type Outputs, type Part } from '@millrace/core/plugin';

/** An output, or a promise to wait for before the next step. */
export type Step = Uint8Array | Part | Promise<unknown>;

/**
 * Outputs that are made one by one, by code that is synchronous until it has to wait. Layers lie within each other, and an archive
 * may have ten thousand small files: an async generator for each layer would cost more than what it does.
 */
export type Steps = Generator<Step, void, unknown>;

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

/** Puts other steps in the place of each output. */
export function* eachOutput(steps: Steps, replaced: (output: Uint8Array | Part) => Steps): Steps {
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

/** Takes the steps, and waits for those that are promises. */
export async function* outputsOf(steps: Steps): AsyncGenerator<Uint8Array | Part, void, undefined> {
  try {
    for (let step = steps.next(); step.done !== true;) {
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

function isOutput(step: Step): step is Uint8Array | Part {
  return step instanceof Uint8Array || isPart(step);
}
