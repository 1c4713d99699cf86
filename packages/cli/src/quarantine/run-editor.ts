import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MillraceError } from '@millrace/core';
import { quoted } from '../shell/command-line.ts';

/**
 * Lets a person edit a text in `$VISUAL` or `$EDITOR`. The file is private to the user and is removed afterwards: it holds records.
 *
 * @throws MillraceError `CLI_EDITOR_FAILED`
 */
export async function editText(text: string, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const editor = env['VISUAL'] || env['EDITOR'] || (process.platform === 'win32' ? 'notepad' : 'vi');
  const directory = await mkdtemp(join(tmpdir(), 'millrace-edit-'));
  const path = join(directory, 'records.txt');
  try {
    await writeFile(path, text, { mode: 0o600 });
    await run(editor, path);
    return await readFile(path, 'utf8');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** An editor's name may have arguments, such as `code --wait`, so a shell reads it. */
function run(editor: string, path: string): Promise<void> {
  const file = process.platform === 'win32' ? `"${path}"` : quoted(path);
  return new Promise((resolve, reject) => {
    const failed = (why: string, cause?: unknown): void =>
      reject(
        new MillraceError(
          'CLI_EDITOR_FAILED',
          `The editor ${JSON.stringify(editor)} ${why}. Nothing was replayed. Set EDITOR to an editor that waits until the file is closed.`,
          { cause },
        ),
      );
    const child = spawn(`${editor} ${file}`, { shell: true, stdio: 'inherit' });
    child.on('error', (error) => failed('could not be started', error));
    child.on('exit', (code, signal) => (code === 0 ? resolve() : failed(`ended with ${code ?? signal}`)));
  });
}
