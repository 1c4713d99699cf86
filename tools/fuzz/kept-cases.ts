import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { FuzzCase } from './run-case.ts';

const FOLDER = new URL('./kept/', import.meta.url);

/** Keeps a case, and answers the name of its file. */
export function keepCase(one: FuzzCase): string {
  const name = `${one.target}-${createHash('sha1').update(one.input).digest('hex').slice(0, 12)}.json`;
  mkdirSync(FOLDER, { recursive: true });
  const input = Buffer.from(one.input).toString('base64');
  writeFileSync(new URL(name, FOLDER), `${JSON.stringify({ ...one, input }, undefined, 2)}\n`);
  return name;
}

/** Inputs that once brought a fault to light, by the name of their file. */
export function keptCases(): ReadonlyMap<string, FuzzCase> {
  const files = (existsSync(FOLDER) ? readdirSync(FOLDER) : []).filter((name) => name.endsWith('.json'));
  return new Map(
    files.map((name) => {
      const kept = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as FuzzCase & { readonly input: string };
      return [name, { ...kept, input: Buffer.from(kept.input, 'base64') }];
    }),
  );
}
