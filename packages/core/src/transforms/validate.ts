import type { Each } from '../each.ts';
import { isThenable } from '../is-thenable.ts';
import { MillraceError } from '../millrace-error.ts';
import type { SchemaIssue, SchemaResult, StandardSchema } from '../standard-schema.ts';

/**
 * Checks each record with any Standard Schema (zod, valibot, arktype and others); the schema's output type flows on. A
 * record that does not fit is rejected with code `SCHEMA_VIOLATION` and the issues, with their paths, as details.
 *
 * @throws MillraceError `OPTION_INVALID` where `schema` is not a Standard Schema of version 1
 */
export function validate<Output>(schema: StandardSchema<Output>): Each<unknown, Output> {
  const standard = (schema as Partial<StandardSchema<Output>> | undefined)?.['~standard'];
  if (standard?.version !== 1 || typeof standard.validate !== 'function') {
    throw new MillraceError(
      'OPTION_INVALID',
      'validate takes a Standard Schema (version 1), as zod or valibot make it.',
    );
  }
  return Object.freeze<Each<unknown, Output>>({
    kind: 'each',
    name: 'validate',
    apply: (value) => {
      const result = standard.validate(value);
      return isThenable(result) ? result.then(outputOf) : outputOf(result);
    },
  });
}

function outputOf<Output>(result: SchemaResult<Output>): Output {
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map((issue) => ({ path: pathOf(issue), message: issue.message }));
  const shown = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
  throw new MillraceError('SCHEMA_VIOLATION', shown, { details: { issues } });
}

function pathOf({ path = [] }: SchemaIssue): string {
  return path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.');
}
