/*
 * Real files from three suppliers travel from S3 to DynamoDB. A supplier puts a file into its bucket; that event copies it
 * to the landing bucket; that event loads the landing table. S3 and DynamoDB run on this machine, and the handlers are the
 * ones that Lambda would call: nothing here calls a pipeline, events do.
 */
import { runDemo } from './demo.ts';
import { brokenFile, supplierFiles } from './supplier-files.ts';
import { terminal } from './terminal.ts';

await runDemo({ files: await supplierFiles(), broken: await brokenFile(), terminal: terminal(process.stdout) });
