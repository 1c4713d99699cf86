/** A CloudFormation template, as far as the rules read it. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
}

export interface Resource {
  readonly Type: string;
  readonly DependsOn?: string | readonly string[];
  readonly Properties?: Properties;
}

/** What stands in a template can be anything; the rules ask for the members that they need. */
export type Properties = { readonly [member: string]: unknown };

/** The resources of a type, by their names. */
export function ofType(template: Template, type: string): readonly (readonly [string, Properties])[] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([name, { Properties = {} }]) => [name, Properties] as const);
}

/** A member of members, such as `at(properties, 'RedrivePolicy', 'maxReceiveCount')`. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, member) => (inner as Properties | undefined)?.[member], value);
}

export function listOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
}

/** The names that a value refers to: by `Ref`, `Fn::GetAtt` and `Fn::Sub`. */
export function references(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([member, inner]: [string, unknown]) => {
    if (member === 'Ref') return [String(inner)];
    if (member === 'Fn::GetAtt') return [String(Array.isArray(inner) ? inner[0] : inner).split('.')[0]!];
    if (member === 'Fn::Sub') {
      const text = String(Array.isArray(inner) ? inner[0] : inner);
      return [...text.matchAll(/\$\{([^.}!]+)[^}]*\}/g)].map((match) => match[1]!);
    }
    return references(inner);
  });
}
