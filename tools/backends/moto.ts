import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../packed/run-program.ts';
import { missingPython } from '../python.ts';
import type { Backend } from './backend.ts';

const VERSION = '5.2.5';
/** The server, what it speaks HTTP with, and checksums, of which it takes wrong ones without these two modules. */
const REQUIREMENTS = [
  `moto[server]==${VERSION}`,
  'flask==3.1.3',
  'werkzeug==3.1.9',
  'awscrt==0.38.1',
  'crc32c==2.9.post0',
];

const SERVER = fileURLToPath(new URL('serve_moto.py', import.meta.url));

/** S3 and DynamoDB of moto, from PyPI, at one endpoint. */
export const moto: Backend = {
  name: 'moto',
  version: VERSION,
  services: ['s3', 'dynamodb'],
  missing: () => missingPython(10),
  install: async (folder) => {
    const environment = join(folder, 'venv');
    await runProgram('python3', ['-m', 'venv', environment]);
    await runProgram(join(environment, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', ...REQUIREMENTS]);
  },
  command: (folder, port) => ({
    program: join(folder, 'venv', 'bin', 'python'),
    args: [SERVER, String(port)],
  }),
};
