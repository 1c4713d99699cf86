import { MillraceError } from '@millrace/core';
import { tooLarge } from '../xlsx-error.ts';

/** Limits on what a workbook may expand to, over all of its parts. */
export interface ExpansionLimits {
  readonly maxOutputBytes: number;
  readonly maxRatio: number;
  readonly ratioFloorBytes: number;
}

/** Counts what the parts of one workbook expand to. */
export class Expansion {
  readonly #limits: ExpansionLimits;
  #read = 0;
  #produced = 0;

  constructor(limits: ExpansionLimits) {
    this.#limits = limits;
  }

  read(bytes: number): void {
    this.#read += bytes;
  }

  /** @throws MillraceError `XLSX_TOO_LARGE`, `XLSX_RATIO_EXCEEDED` */
  produced(bytes: number): void {
    this.#produced += bytes;
    const { maxOutputBytes, maxRatio, ratioFloorBytes } = this.#limits;
    if (this.#produced > maxOutputBytes)
      throw tooLarge(`Its parts decompress to more than ${maxOutputBytes} bytes.`, 'maxOutputBytes', maxOutputBytes);
    if (this.#produced <= Math.max(ratioFloorBytes, this.#read * maxRatio)) return;
    const message =
      `The workbook expands more than ${maxRatio} times (${this.#read} bytes to ${this.#produced}): it may be a ` +
      'decompression bomb. Raise maxRatio if such workbooks are right.';
    const details = { read: this.#read, produced: this.#produced, maxRatio, ratioFloorBytes };
    throw new MillraceError('XLSX_RATIO_EXCEEDED', message, { details });
  }
}
