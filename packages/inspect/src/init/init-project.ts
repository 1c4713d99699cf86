import { check, checkOptions } from '@millrace/core/plugin';
import type { Finding } from '../finding.ts';
import { feedFile } from './feed-file.ts';
import type { InitAnswers } from './init-answers.ts';
import { projectNames } from './names.ts';
import { NUMBER_UNLESS } from './number-unless.ts';
import { planStages } from './plan-stages.ts';
import { configFile, GITIGNORE, handlerFile, packageFile, readmeFile, tsconfigFile } from './project-files.ts';
import { readSample, type ReadSample } from './read-sample.ts';
import { samTemplate } from './sam-template.ts';
import { WITH_LINE_FEEDS } from './with-line-feeds.ts';
import { schemaFile } from './schema-file.ts';
import { goldenFile, testFile } from './test-file.ts';

/** A project, and what its feed makes of the sample. */
export interface InitResult {
  /** The content of each file by its path, with `/` between folders. */
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  /** The feed's name. */
  readonly feed: string;
  /** Records that the feed reads from the sample. */
  readonly read: number;
  /** How many of them it rejects, by code. */
  readonly rejections: Readonly<Record<string, number>>;
}

const VERSION = '^0.0.0';

/**
 * Writes a complete project for files like a sample: the feed with the options that were found, a schema, a configuration of the
 * `millrace` command, a golden test with the sample, `package.json` and a README; with `deploy: 'sam'` also a Lambda handler and a
 * SAM template. It runs the feed over the sample to write the golden file, and writes nothing to disk.
 *
 * @param finding what `inspect` found of the sample
 * @throws MillraceError `INIT_UNSUPPORTED` if Millrace does not read such files; `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const { files } = await initProject(await inspect('prices.csv'), { sample: await readFile('prices.csv') });
 */
export async function initProject(finding: Finding, answers: InitAnswers): Promise<InitResult> {
  checkOptions('initProject', answers, {
    feed: check.optional(check.text),
    sample: (value: unknown) => (value instanceof Uint8Array ? undefined : 'the bytes of the sample'),
    table: check.optional(check.text),
    bucket: check.optional(check.text),
    deploy: check.optional(check.oneOf('sam', 'none')),
    version: check.optional(check.text),
  });
  const { sample, table = 'landing_table', deploy = 'none', version = VERSION } = answers;
  const stages = planStages(finding);
  const names = projectNames(finding.name, answers.feed);
  const { bucket = `${names.feed}-landing` } = answers;
  const name = finding.name.split(/[/\\]/).at(-1)!;
  const result = await readSample(stages, sample, name);
  const isDeployed = deploy === 'sam';
  const files = new Map<string, string | Uint8Array>([
    ['package.json', packageFile(stages, names, version, isDeployed)],
    ['tsconfig.json', tsconfigFile()],
    ['.gitignore', GITIGNORE],
    ['README.md', readmeFile(names, name, factsOf(finding, result), isDeployed)],
    ['millrace.config.ts', configFile(names, bucket)],
    ['src/feed.ts', feedFile(stages, names, table)],
    ['src/schema.ts', schemaFile(finding, names)],
    ['test/feed.test.ts', testFile(name, names)],
    [`samples/${name}`, sample],
    [`golden/${name}.json`, goldenFile(result)],
  ]);
  const own = new Set(stages.flatMap(({ imports = [] }) => imports.map(([one]) => one)));
  if (own.has('numberUnless')) files.set('src/number-unless.ts', NUMBER_UNLESS);
  if (own.has('withLineFeeds')) files.set('src/with-line-feeds.ts', WITH_LINE_FEEDS);
  if (isDeployed) files.set('src/handler.ts', handlerFile(names)).set('template.yaml', samTemplate(names));
  return { files, feed: names.feed, read: result.read, rejections: result.rejections };
}

/** What a README says of the sample. It has no values of records. */
function factsOf(finding: Finding, { read, rejections }: ReadSample): readonly string[] {
  const { compression, charset, format, csv } = finding;
  const rejected = Object.entries(rejections).map(([code, count]) => `${count} × ${code}`);
  const sure = (confidence: number): string => `${Math.round(confidence * 100)} % sure`;
  return [
    `compression: ${compression.value} (${sure(compression.confidence)})`,
    ...(charset === undefined ? [] : [`character encoding: ${charset.value} (${sure(charset.confidence)})`]),
    `format: ${format.value} (${sure(format.confidence)})`,
    ...(csv === undefined ? [] : [`header row: ${csv.header.value ? 'yes' : 'no'} (${sure(csv.header.confidence)})`]),
    `records in the sample: ${read}${rejected.length === 0 ? '' : `, of which are rejected: ${rejected.join(', ')}`}`,
    ...finding.oddities.map(({ code, message, lines }) => {
      const at = lines === undefined || lines.length === 0 ? '' : ` Lines ${lines.join(', ')}.`;
      return `${code}: ${message}${at}`;
    }),
  ];
}
