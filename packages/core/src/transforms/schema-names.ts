/** The part of the Standard JSON Schema interface (https://standardschema.dev/json-schema) that is called here. */
interface WithJsonSchema {
  readonly '~standard'?: {
    readonly jsonSchema?: { readonly input?: (options: { readonly target: string }) => unknown };
  };
}

/** A schema describes itself in so many steps at most; one that goes on is not worth the wait. */
const MAX_NODES = 10_000;

/**
 * Returns the names of members that a schema declares, anywhere in it; none if it has no JSON Schema. A path of a schema's
 * issue may hold keys of the record at hand, which are content: these names are not.
 */
export function schemaNames(schema: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  const waiting: unknown[] = [jsonSchemaOf(schema)];
  for (let nodes = 0; waiting.length > 0 && nodes < MAX_NODES; nodes += 1) {
    const node = waiting.pop();
    if (typeof node !== 'object' || node === null) continue;
    for (const [key, inner] of Object.entries(node)) {
      if (key === 'properties' && typeof inner === 'object' && inner !== null)
        for (const name of Object.keys(inner)) names.add(name);
      waiting.push(inner);
    }
  }
  return names;
}

/** Returns the JSON Schema that a schema gives of itself, or `undefined` if it gives none. */
export function jsonSchemaOf(schema: unknown): unknown {
  try {
    return (schema as WithJsonSchema)['~standard']?.jsonSchema?.input?.({ target: 'draft-2020-12' });
  } catch {
    // A schema with transforms or dates may have no JSON Schema: then its paths are not told apart from keys of records.
    return undefined;
  }
}
