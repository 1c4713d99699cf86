import type { AttributeName } from './attribute-names.ts';

/** Pieces of the API's JSON, in UTF-8. */
export interface WireParts {
  readonly true: Uint8Array;
  readonly false: Uint8Array;
  readonly null: Uint8Array;
  readonly map: Uint8Array;
  readonly list: Uint8Array;
  readonly binary: Uint8Array;
  readonly number: Uint8Array;
  readonly end: Uint8Array;
  /** What precedes an element of a list, which has no name. */
  readonly element: AttributeName;
  readonly put: Uint8Array;
  readonly putEnd: Uint8Array;
  readonly requestEnd: Uint8Array;
}

let made: WireParts | undefined;

/** The pieces, made at first use. */
export function wireParts(): WireParts {
  return (made ??= {
    true: bytes('{"BOOL":true}'),
    false: bytes('{"BOOL":false}'),
    null: bytes('{"NULL":true}'),
    map: bytes('{"M":'),
    list: bytes('{"L":'),
    binary: bytes('{"B":"'),
    number: bytes('{"N":"'),
    end: bytes('}'),
    element: { size: 0, opening: bytes(','), text: bytes(',{"S":"'), number: bytes(',{"N":"') },
    put: bytes('{"PutRequest":{"Item":'),
    putEnd: bytes('}},'),
    requestEnd: bytes(']},"ReturnConsumedCapacity":"TOTAL"}'),
  });
}

function bytes(json: string): Uint8Array {
  return Buffer.from(json);
}
