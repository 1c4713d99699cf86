import { writeFileSync } from 'node:fs';
import { errorsDoc, errorsPage, readmesByName } from './errors-doc.ts';
import { readWorkspace } from './workspace.ts';

const root = new URL('../', import.meta.url);
const workspace = readWorkspace(root);
writeFileSync(new URL(errorsPage, root), errorsDoc(workspace.files.get(errorsPage) ?? '', readmesByName(workspace)));
