import { join } from 'node:path';
import ts from 'typescript';
import type { Consumer } from './consumer.ts';

/** How consumers resolve types. A `.cts` file takes the types of the CommonJS build. */
export const resolutions: Readonly<Record<string, { readonly file: string; readonly options: ts.CompilerOptions }>> = {
  'nodenext, ESM': { file: 'consumer.mts', options: { module: ts.ModuleKind.NodeNext } },
  'nodenext, CommonJS': { file: 'consumer.cts', options: { module: ts.ModuleKind.NodeNext } },
  bundler: {
    file: 'consumer.mts',
    options: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
  },
};

/** Compiles the consumer's program, and checks our own declarations with it: `skipLibCheck` does not hide them. */
export function typeProblems({ dir, packages, homeOf }: Consumer, resolution: string): readonly string[] {
  const { file, options } = resolutions[resolution]!;
  const entry = join(dir, file);
  const program = ts.createProgram([entry], {
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
    .filter(({ fileName }) => fileName === entry || homes.some((home) => fileName.startsWith(`${home}/`)));
  const declared = homes.filter((home) => !ours.some(({ fileName }) => fileName.startsWith(`${home}/`)));
  const found = ours.flatMap((source) => [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
  ]);
  const diagnostics = [...program.getOptionsDiagnostics(), ...found];
  return [
    ...declared.map((home) => `${file} does not import ${home}; it must use every package.`),
    ...diagnostics.map((one) =>
      ts
        .formatDiagnostic(one, {
          getCurrentDirectory: () => dir,
          getCanonicalFileName: (name) => name,
          getNewLine: () => '\n',
        })
        .trim(),
    ),
  ];
}
