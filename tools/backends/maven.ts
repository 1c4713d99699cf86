import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../packed/run-program.ts';

const VERSION = '3.9.11';
const CENTRAL = 'https://repo.maven.apache.org/maven2';

/**
 * Finds Maven, or fetches it from Maven Central into a folder if it is not installed.
 *
 * @returns the program to run
 */
export async function findMaven(folder: string): Promise<string> {
  const installed = await runProgram('mvn', ['--version']).then(
    () => true,
    () => false,
  );
  return installed ? 'mvn' : fetchMaven(folder);
}

async function fetchMaven(folder: string): Promise<string> {
  const name = `apache-maven-${VERSION}-bin.tar.gz`;
  const url = `${CENTRAL}/org/apache/maven/apache-maven/${VERSION}/${name}`;
  const [archive, digest] = await Promise.all([download(url), download(`${url}.sha512`)]);
  if (createHash('sha512').update(archive).digest('hex') !== digest.toString().trim().slice(0, 128)) {
    throw new Error(`${url} does not have the SHA-512 digest that Maven Central gives for it. Run this command again.`);
  }
  writeFileSync(join(folder, name), archive);
  await runProgram('tar', ['-xzf', name], { cwd: folder });
  return join(folder, `apache-maven-${VERSION}`, 'bin', 'mvn');
}

async function download(url: string): Promise<Buffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`GET ${url} returned ${response.status}.`);
  return Buffer.from(await response.arrayBuffer());
}
