import type { Each } from '../each.ts';
import { isThenable } from '../is-thenable.ts';
import { MillraceError } from '../millrace-error.ts';
import type { SchemaIssue, SchemaResult, StandardSchema } from '../standard-schema.ts';
import { jsonSchemaOf, schemaNames } from './schema-names.ts';
import { signatureOf } from '../signature.ts';

/** Issues of a record that are kept; a record with thousands says no more than one with ten. */
const KEPT_ISSUES = 10;
/** Paths that the message names. */
const SHOWN_PATHS = 3;
/** Characters of an issue's message that are kept: schemas quote the value at fault, however long. */
const MESSAGE_CHARS = 500;
/** Steps of a path that are kept. */
const PATH_STEPS = 20;

/**
 * Checks each record with any Standard Schema (zod, valibot, arktype and others); the schema's output type flows on. A
 * record that does not fit is rejected with code `SCHEMA_VIOLATION`.
 *
 * The rejection's message says how many issues there are, and the paths of the first three: the names that the schema
 * declares, as far as it has a JSON Schema (`~standard.jsonSchema`), and `*` for everything else, which may be a record's
 * own key. `details.issues` has the count. The first ten issues with whole paths and the schema's messages, which may quote
 * values, are in `details.content.issues`: in the quarantine, and nowhere else.
 *
 * @throws MillraceError `OPTION_INVALID` if `schema` is not a Standard Schema of version 1
 * @example
 * feed('prices').from(source).through(decodeText('utf-8')).through(parseNdjson()).through(validate(Price)).to(sink);
 */
export function validate<Output>(schema: StandardSchema<Output>): Each<unknown, Output> {
  const standard = (schema as Partial<StandardSchema<Output>> | undefined)?.['~standard'];
  if (standard?.version !== 1 || typeof standard.validate !== 'function') {
    throw new MillraceError(
      'OPTION_INVALID',
      'validate takes a Standard Schema (version 1), as zod or valibot make it.',
    );
  }
  let names: ReadonlySet<string> | undefined;
  const outputOf = (result: SchemaResult<Output>): Output => {
    if (result.issues === undefined) return result.value;
    names ??= schemaNames(schema);
    throw violation(result.issues, names);
  };
  return Object.freeze<Each<unknown, Output>>({
    kind: 'each',
    name: 'validate',
    // Made when a ledger asks for it: a large schema takes time to describe itself.
    get signature() {
      return signatureOf({ vendor: standard.vendor, schema: jsonSchemaOf(schema) });
    },
    apply: (value) => {
      const result = standard.validate(value);
      return isThenable(result) ? result.then(outputOf) : outputOf(result);
    },
  });
}

function violation(issues: readonly SchemaIssue[], names: ReadonlySet<string>): MillraceError {
  const count = issues.length;
  const shown = [...new Set(issues.slice(0, KEPT_ISSUES).map((issue) => safePath(issue, names)))].slice(0, SHOWN_PATHS);
  const what = count === 1 ? 'The record breaks the schema' : `The record breaks the schema in ${count} places`;
  const kept = issues.slice(0, KEPT_ISSUES).map((issue) => ({
    path: stepsOf(issue).map(String).join('.'),
    message: String(issue.message).slice(0, MESSAGE_CHARS),
  }));
  return new MillraceError(
    'SCHEMA_VIOLATION',
    `${what}: ${shown.join(', ')}${count > KEPT_ISSUES ? ', …' : ''}. The quarantine has the schema's own messages.`,
    { details: { issues: count, content: { issues: kept } } },
  );
}

function safePath(issue: SchemaIssue, names: ReadonlySet<string>): string {
  const steps = stepsOf(issue).map((step) =>
    typeof step === 'number' || !names.has(String(step)) ? '*' : String(step),
  );
  return steps.length === 0 ? 'the record itself' : steps.join('.');
}

function stepsOf({ path = [] }: SchemaIssue): readonly PropertyKey[] {
  return path.slice(0, PATH_STEPS).map((step) => (typeof step === 'object' ? step.key : step));
}
