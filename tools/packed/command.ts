import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Consumer } from './consumer.ts';
import { plainEnvironment, runProgram } from './run-program.ts';

const CONFIG = `import { defineConfig } from '@millrace/cli';
import { feed, memoryLedger } from '@millrace/core';
import { decodeText } from '@millrace/encoding';
import { fileQuarantine, fileSink, fileSource } from '@millrace/file';
import { parseNdjson } from '@millrace/formats';

const prices = feed('prices')
  .from(fileSource())
  .through(decodeText('utf-8'))
  .through(parseNdjson<{ readonly sku: string }>())
  .to(fileSink({ directory: './out' }));

export default defineConfig({
  feeds: [prices],
  ledger: memoryLedger(),
  quarantine: fileQuarantine({ directory: './quarantine' }),
  sources: { prices: { files: 'in/*.ndjson' } },
});
`;

/** Uses the command as somebody does who has installed it: by its name in `node_modules/.bin`, with a configuration in TypeScript. */
export async function useCommand({ dir, homeOf }: Consumer, node: string): Promise<readonly string[]> {
  const project = join(dir, 'command');
  rmSync(project, { recursive: true, force: true });
  mkdirSync(join(project, 'in'), { recursive: true });
  writeFileSync(join(project, 'millrace.config.ts'), CONFIG);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  const good = Array.from({ length: 30 }, (_, at) => `{"sku":"A-${at}"}\n`).join('');
  writeFileSync(join(project, 'in/prices.ndjson'), `${good}{"sku":}\n`);
  const { bin } = JSON.parse(readFileSync(join(homeOf('@millrace/cli'), 'package.json'), 'utf8')) as {
    readonly bin: Readonly<Record<string, string>>;
  };
  const program = join(homeOf('@millrace/cli'), bin['millrace']!);
  const run = (...args: readonly string[]): Promise<string> =>
    runProgram(node, [program, ...args], { cwd: project, env: plainEnvironment() });

  const printed: readonly (readonly [words: readonly string[], expected: RegExp])[] = [
    [['--help'], /^Usage: millrace/],
    [['--version'], /^\d+\.\d+\.\d+/],
    [['check'], /^Feed prices is well-formed/],
    [['run'], /1 object: 1 complete · 31 read = 30 written \+ 1 rejected/],
    [['quarantine', 'ls'], /1 rejected record of 1 object: 1 NDJSON_INVALID/],
    [['status', '--json'], /"command": "status"/],
    [['schema', 'run'], /"title": "millrace run --json"/],
    [['completions', 'bash'], /complete -F _millrace millrace/],
  ];
  const problems: string[] = [];
  for (const [words, expected] of printed) {
    const text = await run(...words);
    if (!expected.test(text)) problems.push(`millrace ${words.join(' ')} printed:\n${text}`);
    if (/Warning:/.test(text)) problems.push(`millrace ${words.join(' ')} warns:\n${text}`);
  }
  return problems;
}
