import { inferSchema, initParser } from 'udsv';
import { countWith } from './count.mjs';

/** Rows as objects of strings, as the other parsers give them. */
export const open = (job) =>
  countWith(job, async (bytes) => {
    const decoder = new TextDecoder();
    let records = 0;
    let parser;
    for await (const chunk of bytes) {
      const text = decoder.decode(chunk, { stream: true });
      parser ??= initParser(inferSchema(text, { encl: '"' }));
      parser.chunk(text, parser.stringObjs, () => {
        records += 1;
      });
    }
    parser.end();
    return records;
  });
