import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../../packed/run-program.ts';
import type { Registry, SeedPackage } from './package-source.ts';

/** What fetches a package into an empty folder, and returns the archive or the folder that holds its files. */
type Download = (one: SeedPackage, folder: string) => Promise<string>;

/** The program of each registry, and what it is asked. None of them runs or builds the package, but pip, which asks it for its name. */
export const CLIENTS: Readonly<Record<Registry, { readonly program: string; readonly download: Download }>> = {
  npm: {
    program: 'npm',
    download: async ({ name, version }, folder) => {
      await runProgram('npm', ['pack', '--silent', `${name}@${version}`], { cwd: folder });
      return theOnlyFile(folder);
    },
  },
  pypi: {
    program: 'python3',
    download: async ({ name, version, isSource = false }, folder) => {
      const kind = isSource ? '--no-binary=:all:' : '--only-binary=:all:';
      const args = ['-m', 'pip', 'download', '--quiet', '--no-deps', kind, '--dest', folder, `${name}==${version}`];
      await runProgram('python3', args);
      return theOnlyFile(folder);
    },
  },
  maven: {
    program: 'mvn',
    download: async ({ name, version }, folder) => {
      const [group, artifact, classifier] = name.split(':');
      const coordinates = `${group}:${artifact}:${version}:jar:${classifier}`;
      const args = ['-q', '-B', 'dependency:copy', `-Dartifact=${coordinates}`, `-DoutputDirectory=${folder}`];
      await runProgram('mvn', args, { cwd: folder });
      return theOnlyFile(folder);
    },
  },
  go: {
    program: 'go',
    download: async ({ name, version }, folder) => {
      const env = { ...process.env, GOFLAGS: '-mod=mod -modcacherw', GOPATH: folder };
      const said = await runProgram('go', ['mod', 'download', '-json', `${name}@${version}`], { cwd: folder, env });
      return (JSON.parse(said.slice(said.indexOf('{'))) as { readonly Zip: string }).Zip;
    },
  },
  crates: {
    program: 'cargo',
    download: async ({ name, version }, folder) => {
      mkdirSync(join(folder, 'src'));
      writeFileSync(join(folder, 'src/lib.rs'), '');
      const manifest = `[package]\nname = "seed"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n`;
      const dependency = `${name} = { version = "=${version}", default-features = false }\n`;
      writeFileSync(join(folder, 'Cargo.toml'), manifest + dependency);
      await runProgram('cargo', ['vendor', '--quiet', 'vendor'], { cwd: folder });
      return join(folder, 'vendor', name);
    },
  },
};

function theOnlyFile(folder: string): string {
  const [file] = readdirSync(folder);
  if (file === undefined) throw new Error('The client ended well, but left no file.');
  return join(folder, file);
}
