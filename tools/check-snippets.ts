import { dirname, join } from 'node:path';
import ts from 'typescript';
import type { Snippet } from './snippets.ts';

/**
 * Type-checks snippets with the workspace's own settings. A snippet may import whatever some package of the workspace
 * may: a reader installs what the snippet names.
 *
 * @param root the repository
 * @param homes folders of packages, where imports are looked up that the page's own folder does not have
 * @returns what is wrong, by page
 */
export function checkSnippets(
  root: string,
  homes: readonly string[],
  snippets: readonly Snippet[],
): ReadonlyMap<string, readonly string[]> {
  const options = compilerOptions(root);
  const byPath = new Map(snippets.map((snippet, index) => [join(root, `${snippet.page}.${index}.ts`), snippet]));
  const host = ts.createCompilerHost(options);
  const disk = { ...host };
  host.fileExists = (path) => byPath.has(path) || disk.fileExists(path);
  host.readFile = (path) => byPath.get(path)?.text ?? disk.readFile(path);
  host.getSourceFile = (path, version, ...rest) => {
    const snippet = byPath.get(path);
    return snippet === undefined
      ? disk.getSourceFile(path, version, ...rest)
      : ts.createSourceFile(path, snippet.text, version);
  };
  const cache = ts.createModuleResolutionCache(root, (name) => name, options);
  host.resolveModuleNameLiterals = (literals, containing, _redirect, _options, file) =>
    literals.map((literal) => {
      const mode = ts.getModeForUsageLocation(file, literal, options);
      const places = byPath.has(containing)
        ? [containing, ...homes.map((home) => join(root, home, 'snippet.ts'))]
        : [containing];
      let answer: ts.ResolvedModuleWithFailedLookupLocations = { resolvedModule: undefined };
      for (const place of places) {
        answer = ts.resolveModuleName(literal.text, place, options, host, cache, undefined, mode);
        if (answer.resolvedModule !== undefined) break;
      }
      return answer;
    });

  const program = ts.createProgram([...byPath.keys()], options, host);
  const problems = new Map<string, string[]>();
  for (const [path, snippet] of byPath) {
    const source = program.getSourceFile(path)!;
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    const told = found.map((one) => tell(snippet, source, one));
    problems.set(snippet.page, [...(problems.get(snippet.page) ?? []), ...told]);
  }
  return problems;
}

function tell(
  { page, line, preludeLines }: Snippet,
  source: ts.SourceFile,
  { start = 0, messageText }: ts.Diagnostic,
): string {
  const within = source.getLineAndCharacterOfPosition(start).line - preludeLines;
  const place = within < 0 ? `${page} (its ts-prelude)` : `${page}:${line + within}`;
  return `${place} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
}

function compilerOptions(root: string): ts.CompilerOptions {
  const path = join(root, 'tsconfig.json');
  const { config } = ts.readConfigFile(path, (file) => ts.sys.readFile(file)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(path));
  return { ...options, noEmit: true, noUnusedLocals: false, noUnusedParameters: false };
}
