import { MillraceError } from '@millrace/core';
import type { TextPlace } from '@millrace/core/plugin';
import { LineCounter } from '../text/line-counter.ts';

/** Where a reader of JSON is: the chunk at hand, and its lines and bytes. */
export class JsonPosition {
  text = '';
  place: TextPlace | undefined;
  /** Line number at the beginning of the chunk at hand. */
  line = 1;
  #lines = new LineCounter('', 1);

  begin(text: string, place: TextPlace | undefined): void {
    this.text = text;
    this.place = place;
    this.#lines = new LineCounter(text, this.line);
  }

  /** Lets the chunk go. */
  end(): void {
    this.line = this.lineAt(this.text.length);
    this.begin('', undefined);
  }

  lineAt(index: number): number {
    return this.#lines.at(index);
  }

  /** Makes the error of an item that cannot be read on at `index`. */
  error(code: string, what: string, index: number): MillraceError {
    const line = this.lineAt(index);
    const byteOffset = this.place?.byteOffset(index);
    return new MillraceError(code, `On line ${line} ${what}`, {
      details: { line, ...(byteOffset !== undefined && { byteOffset }) },
    });
  }
}
