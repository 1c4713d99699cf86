import { pathToFileURL } from 'node:url';
import { MillraceError } from '@millrace/core';
import { checkConfig } from './check-config.ts';
import type { MillraceConfig } from './define-config.ts';
import { findConfig } from './find-config.ts';

/** A configuration, and the file that it was read from. */
export interface LoadedConfig extends MillraceConfig {
  readonly path: string;
}

/**
 * Imports the configuration. Node reads TypeScript itself by leaving out the types, so nothing is compiled and nothing is checked.
 *
 * @param cwd where to look for it
 * @param named the file, if the command line names one
 * @throws MillraceError `CLI_CONFIG_MISSING`, `CLI_CONFIG_FAILED`, `CLI_CONFIG_INVALID`, `CLI_NODE_TOO_OLD`
 */
export async function loadConfig(cwd: string, named?: string): Promise<LoadedConfig> {
  const path = findConfig(cwd, named);
  const imported = await importFile(path);
  return { ...checkConfig(imported.default, path), path };
}

async function importFile(path: string): Promise<{ readonly default?: unknown }> {
  try {
    return (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
  } catch (cause) {
    throw failed(path, cause);
  }
}

function failed(path: string, cause: unknown): MillraceError {
  const code = (cause as NodeJS.ErrnoException | null)?.code;
  const text = cause instanceof Error ? cause.message : String(cause);
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') {
    return new MillraceError(
      'CLI_NODE_TOO_OLD',
      `Node ${process.versions.node} cannot read ${path}: it does not read TypeScript. Use Node 22.18 or later, or write the ` +
        'configuration and what it imports in JavaScript.',
      { cause },
    );
  }
  const advice =
    code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
      ? 'Install the package, or correct the path; a relative import needs its extension, such as ./feeds.ts.'
      : code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX' || code === 'ERR_INVALID_TYPESCRIPT_SYNTAX'
        ? 'Node leaves out types and compiles nothing: avoid enums, namespaces and parameter properties, and set ' +
          '"erasableSyntaxOnly" in tsconfig.json to find them.'
        : 'Correct it; --verbose shows where it was thrown.';
  const period = /[.!?]$/.test(text) ? '' : '.';
  return new MillraceError('CLI_CONFIG_FAILED', `${path} could not be loaded: ${text}${period} ${advice}`, { cause });
}
