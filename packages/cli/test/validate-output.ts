import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { outputSchema } from '../src/index.ts';
import type { CliResult } from './cli-process.ts';

/** The output of a command with `--json`, once it was found to fit the command's schema, and its exit code the process's. */
export function validated(command: string, result: CliResult): Readonly<Record<string, unknown>> {
  const json = result.json();
  const schema = outputSchema(command);
  if (schema === undefined) throw new Error(`${command} has no schema`);
  const validate = new Ajv2020({ strict: true, allErrors: true, strictRequired: false }).compile(schema);
  validate(json);
  expect(validate.errors ?? [], JSON.stringify(json)).toEqual([]);
  expect(json['exitCode']).toBe(result.code);
  return json;
}
