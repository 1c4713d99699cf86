import { MillraceError } from '@millrace/core';

/** Where something in the document begins. */
export interface XmlOrigin {
  readonly line: number;
  readonly byteOffset: () => number | undefined;
}

/** The error of an item whose XML is not to be read on: nothing says where its next record would begin. */
export function xmlError(code: string, what: string, { line, byteOffset }: XmlOrigin): MillraceError {
  const offset = byteOffset();
  return new MillraceError(code, `On line ${line} ${what}`, {
    details: { line, ...(offset !== undefined && { byteOffset: offset }) },
  });
}
