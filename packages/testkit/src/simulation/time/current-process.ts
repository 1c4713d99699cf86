import type { SimulatedProcess } from './simulated-process.ts';

let current: SimulatedProcess | undefined;

/**
 * The process whose code is running. One variable suffices: the scheduler lets one process run at a time, until it waits
 * for time or the wire, and everything it does meanwhile is its own.
 */
export function currentProcess(): SimulatedProcess | undefined {
  return current;
}

export function enter(process: SimulatedProcess): void {
  current = process;
}

export function leave(): void {
  current = undefined;
}
