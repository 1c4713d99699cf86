import { feed } from '@millrace/core';
import { defineConfig } from '@millrace/cli';
import { decodeText } from '@millrace/encoding';
import { fileQuarantine, fileSink, fileSource } from '@millrace/file';
import { parseNdjson } from '@millrace/formats';

/** A folder of the test: files in `in`, records to `out`, rejected ones to `quarantine`. */
const folder = process.env['MILLRACE_TEST_FOLDER'] ?? '.';

const prices = feed('prices')
  .from(fileSource())
  .through(decodeText('utf-8'))
  .through(parseNdjson<{ readonly sku: string }>())
  .to(fileSink({ directory: `${folder}/out` }));

export default defineConfig({
  feeds: [prices],
  quarantine: fileQuarantine({ directory: `${folder}/quarantine` }),
  sources: { prices: { files: `${folder}/in/*.ndjson` } },
});
