import { AttributeNames } from './attribute-names.ts';
import { JsonBytes } from './json-bytes.ts';
import { type WireParts, wireParts } from './wire-parts.ts';

/** One walk over a record. It writes, measures and checks at once, because each further walk would cost as much again. */
export class Walk {
  size = 0;
  binary = false;
  allowUnsafe = false;
  readonly out: JsonBytes = new JsonBytes();
  readonly names: AttributeNames = new AttributeNames();
  readonly parts: WireParts = wireParts();

  begin(allowUnsafe: boolean): void {
    this.out.clear();
    this.size = 0;
    this.binary = false;
    this.allowUnsafe = allowUnsafe;
  }
}
