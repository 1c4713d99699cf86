import csv from 'csv-parser';
import { countWith, rowsOf } from './count.mjs';

export const open = (job) => countWith(job, (bytes) => rowsOf(bytes, csv()));
