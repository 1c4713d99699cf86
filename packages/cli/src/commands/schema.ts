import { MillraceError } from '@millrace/core';
import { EXIT } from '../exit-code.ts';
import { commandsWithSchemas, outputSchema } from '../schemas/output-schemas.ts';
import type { CommandAction } from '../shell/shell.ts';

/** `schema [COMMAND…]`: the JSON Schema of a command's `--json`, or the commands that have one. */
export const schemaCommand: CommandAction<[words: readonly string[]]> = async (shell, words) => {
  const name = words.join(' ');
  if (name === '') {
    shell.out.write(`${commandsWithSchemas().join('\n')}\n`);
    return EXIT.success;
  }
  const schema = outputSchema(name);
  if (schema === undefined) {
    throw new MillraceError(
      'CLI_SCHEMA_UNKNOWN',
      `No command ${JSON.stringify(name)} has a schema. These have one: ${commandsWithSchemas().join(', ')}.`,
    );
  }
  shell.out.write(`${JSON.stringify(schema, undefined, 2)}\n`);
  return EXIT.success;
};
