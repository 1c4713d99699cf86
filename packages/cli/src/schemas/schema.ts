/** A JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** An object with these members; those whose names end with `?` may be absent. Others may be added by later versions. */
export function object(members: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const isOptional = (name: string): boolean => name.endsWith('?');
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(members).map(([name, schema]) => [isOptional(name) ? name.slice(0, -1) : name, schema]),
    ),
    required: Object.keys(members).filter((name) => !isOptional(name)),
  };
}

export function list(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

/** An object whose members all have one schema. */
export function record(values: JsonSchema): JsonSchema {
  return { type: 'object', additionalProperties: values };
}

export function oneOf(...values: readonly (string | number | boolean)[]): JsonSchema {
  return { enum: values };
}

export const text: JsonSchema = { type: 'string' };
export const flag: JsonSchema = { type: 'boolean' };
export const amount: JsonSchema = { type: 'number', minimum: 0 };
export const whole: JsonSchema = { type: 'integer', minimum: 0 };
export const anything: JsonSchema = {};
