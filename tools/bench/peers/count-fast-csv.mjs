import { parse } from 'fast-csv';
import { countWith, rowsOf } from './count.mjs';

export const open = (job) => countWith(job, (bytes) => rowsOf(bytes, parse({ headers: true })));
