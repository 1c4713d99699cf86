import { join } from 'node:path';
import ts from 'typescript';
import type { Consumer } from './consumer.ts';

/** How consumers resolve types. A `.cts` file takes the types of the CommonJS build. */
export const resolutions: Readonly<
  Record<string, { readonly kind: 'mts' | 'cts'; readonly options: ts.CompilerOptions }>
> = {
  'nodenext, ESM': { kind: 'mts', options: { module: ts.ModuleKind.NodeNext } },
  'nodenext, CommonJS': { kind: 'cts', options: { module: ts.ModuleKind.NodeNext } },
  bundler: {
    kind: 'mts',
    options: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
  },
};

/**
 * Compiles the consumer's program, and one that takes everything of every package; and checks our own declarations with
 * them: `skipLibCheck` does not hide them.
 */
export function typeProblems({ dir, packages, homeOf }: Consumer, resolution: string): readonly string[] {
  const { kind, options } = resolutions[resolution]!;
  const entries = [join(dir, `consumer.${kind}`), join(dir, `every.${kind}`)];
  const program = ts.createProgram(entries, {
    ...options,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2024.d.ts'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
  });
  const homes = packages.map((name) => homeOf(name));
  const ours = program
    .getSourceFiles()
    .filter(({ fileName }) => entries.includes(fileName) || homes.some((home) => fileName.startsWith(`${home}/`)));
  const found = ours.flatMap((source) => [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
  ]);
  const host: ts.FormatDiagnosticsHost = {
    getCurrentDirectory: () => dir,
    getCanonicalFileName: (name) => name,
    getNewLine: () => '\n',
  };
  return [...program.getOptionsDiagnostics(), ...found].map((one) => ts.formatDiagnostic(one, host).trim());
}
