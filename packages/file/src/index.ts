export { fileQuarantine, type FileQuarantineOptions } from './file-quarantine.ts';
