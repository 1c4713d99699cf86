import type { Workspace } from './workspace.ts';

export const errorsPage = 'docs/errors.md';

const MARK = '<!-- Generated from the READMEs of the packages by `pnpm run docs:errors`. -->';

/** What stands between `## Errors` and the next heading of a package's README. */
export function errorsSection(readme: string): string {
  return /^## Errors\n(.*?)(?=^## |$(?![\s\S]))/ms.exec(readme)?.[1]?.trim() ?? '';
}

/** The codes in the first column of a section's table, in order. */
export function documentedCodes(section: string): readonly string[] {
  return [...section.matchAll(/^\| *`([A-Z][A-Z0-9_]+)` *\|/gm)].map((row) => row[1]!);
}

/** The READMEs by the names of their packages; empty where there is none. */
export function readmesByName({ files, packages }: Workspace): ReadonlyMap<string, string> {
  return new Map(packages.map(({ dir, id }) => [`@millrace/${id}`, files.get(`${dir}/README.md`) ?? '']));
}

/** The errors page with everything after its mark written anew: each package's section, as its README has it. */
export function errorsDoc(current: string, readmes: ReadonlyMap<string, string>): string {
  const introduction = current.split(MARK, 1)[0]!.trimEnd();
  const sections = [...readmes].map(([name, readme]) => `## ${name}\n\n${errorsSection(readme) || 'None of its own.'}`);
  return `${[introduction, MARK, ...sections].join('\n\n')}\n`;
}
