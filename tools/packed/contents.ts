import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Consumer } from './consumer.ts';

const NEEDED = ['LICENSE', 'README.md', 'dist/index.js', 'dist/index.cjs', 'dist/index.d.ts', 'dist/index.d.cts'];

/** What is wrong with the files that a package is published with. */
export function contentProblems({ homeOf, manifestOf }: Consumer, name: string): readonly string[] {
  const home = homeOf(name);
  const files = readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(home, join(entry.parentPath, entry.name)));
  const manifest = manifestOf(name);
  const texts = JSON.stringify({ ...manifest, devDependencies: undefined });
  return [
    ...NEEDED.filter((file) => !existsSync(join(home, file))).map((file) => `${file} is missing`),
    ...files
      .filter((file) => /^(src|test)\/|\.test\.|tsup\.config/.test(file))
      .map((file) => `${file} should not be published`),
    ...(texts.includes('@millrace/source') ? ['package.json still has the condition @millrace/source'] : []),
    ...(/"(workspace|catalog):/.test(texts) ? ['package.json still has a version that only the workspace knows'] : []),
    ...files
      .filter((file) => file.endsWith('.js') && readFileSync(join(home, file), 'utf8').includes('@millrace/source'))
      .map((file) => `${file} mentions the condition @millrace/source`),
  ];
}
