import { MillraceError } from '@millrace/core';
import type { PostgresColumn, PostgresColumns } from './table-columns.ts';

/**
 * The part of Standard JSON Schema (https://standardschema.dev/json-schema, version 1) that is called. Schemas of zod from 4.2
 * and of arktype from 2.1.28 are some; those of valibot become one by `toStandardJsonSchema` of @valibot/to-json-schema.
 */
export interface StandardJsonSchema {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly jsonSchema: {
      readonly output: (options: { readonly target: 'draft-2020-12' }) => Readonly<Record<string, unknown>>;
    };
  };
}

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': 'timestamptz',
  date: 'date',
  uuid: 'uuid',
};

/**
 * Returns the columns for the records that a schema accepts, for `ensureTable`. Text becomes `text`, or by its format
 * `timestamptz`, `date` or `uuid`; `integer` becomes `bigint`; other numbers become `numeric`, which keeps every digit;
 * Booleans become `boolean`; everything else becomes `jsonb`. Properties that are required and not nullable are NOT NULL.
 *
 * @throws MillraceError `POSTGRES_SCHEMA_UNREADABLE` if the schema's output cannot be described as JSON Schema, or does not
 *   describe an object with properties
 * @example
 * const Price = z.object({ sku: z.string(), amount: z.string() });
 * await ensureTable({ client, table: 'prices', columns: { ...landingColumns({}, 'flat'), ...columnsFromSchema(Price) } });
 */
export function columnsFromSchema(schema: StandardJsonSchema): PostgresColumns {
  const { properties = {}, required = [] } = jsonSchemaOf(schema);
  const names = Object.keys(properties);
  if (names.length === 0) throw unreadable('It does not let objects through whose properties it names.');
  return Object.fromEntries(names.map((name) => [name, columnFor(properties[name]!, required.includes(name))]));
}

function jsonSchemaOf(schema: StandardJsonSchema): JsonSchema {
  const standard = (schema as Partial<StandardJsonSchema> | undefined)?.['~standard'];
  if (standard?.version !== 1 || typeof standard.jsonSchema?.output !== 'function') {
    throw unreadable(
      'It has no Standard JSON Schema: zod has it from 4.2 on, arktype from 2.1.28, valibot by toStandardJsonSchema.',
    );
  }
  try {
    return standard.jsonSchema.output({ target: 'draft-2020-12' });
  } catch (cause) {
    throw unreadable(`${standard.vendor} could not make JSON Schema of it: ${String(cause)}`, cause);
  }
}

function columnFor(schema: JsonSchema, required: boolean): PostgresColumn {
  const types = typesOf(schema);
  const nullable = types.has('null');
  types.delete('null');
  const [type] = types;
  return {
    type: types.size === 1 ? sqlType(type!, schema) : 'jsonb',
    required: required && types.size > 0 && !nullable,
  };
}

/** What a value may be; `any` where the schema does not say. */
function typesOf({ anyOf, const: constant, enum: values, type }: JsonSchema): Set<string> {
  if (type !== undefined) return new Set([type].flat());
  if (anyOf !== undefined) return new Set(anyOf.flatMap((one) => [...typesOf(one)]));
  const all = values ?? (constant === undefined ? [] : [constant]);
  return new Set(all.length === 0 ? ['any', 'null'] : all.map((one) => (one === null ? 'null' : typeof one)));
}

function sqlType(type: string, schema: JsonSchema): string {
  switch (type) {
    case 'string':
      return FORMATS[formatOf(schema)] ?? 'text';
    case 'integer':
      return 'bigint';
    case 'number':
      return 'numeric';
    case 'boolean':
      return 'boolean';
    default:
      return 'jsonb';
  }
}

/** Of several shapes of text, only a format that all have. */
function formatOf({ anyOf, format }: JsonSchema): string {
  if (anyOf === undefined) return format ?? '';
  const formats = new Set(anyOf.filter(({ type }) => type !== 'null').map(formatOf));
  return formats.size === 1 ? [...formats][0]! : '';
}

function unreadable(why: string, cause?: unknown): MillraceError {
  return new MillraceError(
    'POSTGRES_SCHEMA_UNREADABLE',
    `No columns can be read from the schema. ${why} Write the columns by hand, or map the record first.`,
    { cause },
  );
}
