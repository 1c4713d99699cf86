import { literal } from './code.ts';
import type { ProjectNames } from './names.ts';
import type { PlannedStage } from './plan-stages.ts';

/** Writes the feed: a function that reads records from any source, and the feed from S3 into a table. */
export function feedFile(
  stages: readonly PlannedStage[],
  { feed, variable, type }: ProjectNames,
  table: string,
): string {
  const imports = new Imports();
  imports.add('@millrace/core', 'feed', 'validate', 'type RangedSource', 'type RecordFlow');
  imports.add('@millrace/dynamodb', 'dynamodbSink', 'landingItem');
  imports.add('@millrace/s3', 's3Source');
  imports.add('./schema.ts', type, `type ${type}Value`);
  for (const stage of stages) {
    imports.add(stage.module, stage.call);
    for (const [name, module] of stage.imports ?? []) imports.add(module, name);
  }
  const reading = stages.map((stage) => `    .through(${callOf(stage)})`).join('\n');
  return `${imports.text()}
/** Reads the records of a file, as its columns are typed. */
export function read${type}s<Ref>(from: RangedSource<Ref, Uint8Array>): RecordFlow<Ref, unknown> {
  return feed(${literal(feed)})
    .from(from)
${reading};
}

export const source = s3Source();

/** From the bucket into the table: each record is checked and lands under a key that stays the same on every delivery. */
export const ${variable} = read${type}s(source)
  .through(validate<${type}Value>(${type}))
  .through(landingItem())
  .to(dynamodbSink({ table: process.env['LANDING_TABLE'] ?? ${literal(table)} }));
`;
}

function callOf({ call, arguments: given, within }: PlannedStage): string {
  const text = `${call}(${given.map((one) => literal(one, '    ')).join(', ')})`;
  return within === undefined ? text : `${within}(${text})`;
}

/** Names by module, each once. */
class Imports {
  readonly #names = new Map<string, Set<string>>();

  add(module: string, ...names: readonly string[]): void {
    const known = this.#names.get(module) ?? new Set();
    for (const name of names) known.add(name);
    this.#names.set(module, known);
  }

  text(): string {
    return [...this.#names]
      .toSorted(
        ([left], [right]) => Number(left.startsWith('.')) - Number(right.startsWith('.')) || (left < right ? -1 : 1),
      )
      .map(([module, names]) => `import { ${[...names].join(', ')} } from '${module}';\n`)
      .join('');
  }
}
