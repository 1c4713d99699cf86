import type { OptionCheck } from '@millrace/core/plugin';

const NAME = /^[\w.-]{3,255}$/;
const ARN = /^arn:[^:]+:dynamodb:[^:]*:[^:]*:table\/[\w.-]{3,255}$/;

/** Checks for the name of a table, or its ARN, which reaches a table of another account. */
export const tableName: OptionCheck = (value) =>
  typeof value === 'string' && (NAME.test(value) || ARN.test(value))
    ? undefined
    : 'the name of a table (3 to 255 letters, digits, ".", "_" and "-") or its ARN';
