import { parse } from 'csv-parse';
import { countWith, rowsOf } from './count.mjs';

export const open = (job) => countWith(job, (bytes) => rowsOf(bytes, parse({ columns: true })));
