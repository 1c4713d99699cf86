import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type BuildOptions } from 'esbuild';

export interface Bundle {
  readonly file: string;
  readonly bytes: number;
  readonly gzippedBytes: number;
  /** Bytes by the package that they come from, the most first. */
  readonly parts: Readonly<Record<string, number>>;
}

/** How handlers are bundled: as ES modules, where packages are asked for theirs, and as CommonJS by esbuild's defaults. */
export const FORMATS: Readonly<Record<'esm' | 'cjs', BuildOptions>> = {
  esm: { format: 'esm', mainFields: ['module', 'main'] },
  cjs: { format: 'cjs' },
};

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));

async function bundled(name: string, outfile: string, options: BuildOptions) {
  const { outputFiles, metafile } = await build({
    ...options,
    absWorkingDir: root,
    entryPoints: [join(here, `${name}.ts`)],
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node22',
    metafile: true,
    write: false,
    outfile,
  });
  const { inputs } = Object.values(metafile!.outputs)[0]!;
  const modules = Object.fromEntries(Object.entries(inputs).map(([path, { bytesInOutput }]) => [path, bytesInOutput]));
  return { code: outputFiles![0]!.contents, modules };
}

/** Bundles and minifies `tools/bundle/NAME.ts` with all that it needs, from the builds of the packages. */
export async function buildBundle(name: string, format: keyof typeof FORMATS): Promise<Bundle> {
  const outfile = join(here, 'dist', `${name}.${format === 'esm' ? 'mjs' : 'cjs'}`);
  const { code, modules } = await bundled(name, outfile, FORMATS[format]);
  mkdirSync(join(here, 'dist'), { recursive: true });
  writeFileSync(outfile, code);
  const parts: Record<string, number> = {};
  for (const [path, bytes] of Object.entries(modules)) {
    const part = packageOf(path);
    parts[part] = (parts[part] ?? 0) + bytes;
  }
  const sorted = Object.entries(parts).toSorted(([, a], [, b]) => b - a);
  return { file: outfile, bytes: code.length, gzippedBytes: gzipSync(code).length, parts: Object.fromEntries(sorted) };
}

/** Minified bytes by module. A build of a package is one file, so this is from source, and some hundred bytes off in all. */
export async function moduleBytes(name: string): Promise<Readonly<Record<string, number>>> {
  const conditions = ['@millrace/source', 'module'];
  const { modules } = await bundled(name, join(here, 'dist', `${name}.mjs`), { ...FORMATS.esm, conditions });
  return modules;
}

function packageOf(path: string): string {
  const installed = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
  const ours = /^packages\/([^/]+)\//.exec(path)?.[1];
  return installed ?? (ours === undefined ? 'the program' : `@millrace/${ours}`);
}
