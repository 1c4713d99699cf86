import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Probe } from '@millrace/core';
import { systemReason } from './system-reason.ts';

/**
 * Makes a probe of a directory that is written to. It is created at the first write, so what counts is whether the nearest
 * directory that exists can be written to.
 */
export function directoryProbe(directory: string, code: string): Probe {
  return async () => {
    const wanted = resolve(directory);
    const subject = `directory ${wanted}`;
    for (let path = wanted; ; path = dirname(path)) {
      try {
        await access(path, constants.W_OK | constants.X_OK);
        const message =
          path === wanted ? 'It can be written to.' : `It does not exist yet, and can be created in ${path}.`;
        return [{ level: 'ok', subject, message }];
      } catch (cause) {
        const { reason, message } = systemReason(cause);
        if (reason === 'ENOENT' && dirname(path) !== path) continue;
        const remedy = 'Allow writing to it, or choose another directory.';
        return [{ level: 'error', subject, code, message: `${path} cannot be written to: ${message}`, remedy }];
      }
    }
  };
}
