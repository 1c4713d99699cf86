import { parserCases, optionCases } from '@millrace/testkit';
import { describe, it } from 'vitest';
import { parseCloudFrontLog, parseS3AccessLog, parseVpcFlowLog, type ParseVpcFlowLogOptions } from '../src/index.ts';
import { PARSERS } from './parsers.ts';
import { CLB } from './samples.ts';

describe.each(Object.entries(PARSERS))('the contract of codecs: %s', (name, { create, sample }) => {
  const isJson = sample.startsWith('{');
  const broken =
    name === 'parseCloudTrail'
      ? { input: sample.slice(0, -9), error: 'JSON_TRUNCATED' }
      : { input: `${sample}\n${isJson ? '{"a":1}' : 'x'}\n`, rejections: [] as readonly string[] };
  if ('rejections' in broken) {
    broken.rejections = [isJson ? 'AWSLOG_RECORD_INVALID' : 'AWSLOG_FIELD_COUNT'];
  }
  const cases = parserCases<string, unknown>({
    create,
    samples: [
      { name: 'documented', input: sample },
      { name: 'bad', ...broken },
      ...(name === 'parseCloudTrail' ? [] : [{ name: 'empty', input: '', outputs: [] }]),
    ],
  });
  for (const { clause, name: what, run } of cases) it(`${clause} ${what}`, run);
  for (const { name: what, run } of optionCases({ make: create, invalid: [{ maxRecordChars: 0 }] })) it(what, run);
});

describe('memory and limits', () => {
  const cases = parserCases<string, unknown>({
    create: () => parseS3AccessLog({ maxRecordChars: 300 }),
    samples: [
      { name: 'a long line', input: `${'x'.repeat(999)}\ny\n`, rejections: ['RECORD_TOO_LONG', 'AWSLOG_FIELD_COUNT'] },
    ],
    endless: [{ name: 'a line', chunk: 'x'.repeat(65_536) }],
  });
  for (const { clause, name, run } of cases) it(`${clause} ${name}`, run);

  const headless = parserCases<string, unknown>({
    create: () => parseCloudFrontLog(),
    samples: [{ name: 'no header', input: `#Version: 1.0\n${CLB}\n`, error: 'AWSLOG_HEADER_INVALID' }],
  });
  for (const { clause, name, run } of headless) it(`${clause} parseCloudFrontLog, ${name}`, run);

  const flows = parserCases<string, unknown>({
    create: () => parseVpcFlowLog(),
    samples: [
      { name: 'no header', input: '- eni-1 10.0.1.5\n', error: 'AWSLOG_HEADER_INVALID' },
      { name: 'a field twice', input: 'bytes bytes\n1 2\n', error: 'AWSLOG_HEADER_INVALID' },
    ],
  });
  for (const { clause, name, run } of flows) it(`${clause} parseVpcFlowLog, ${name}`, run);

  const options = optionCases({
    make: (own) => parseVpcFlowLog(own as ParseVpcFlowLogOptions),
    valid: { fields: ['bytes'] },
    invalid: [{ fields: [] }, { fields: ['a', 'a'] }, { fields: ['__proto__'] }, { fields: 'bytes' }],
  });
  for (const { name, run } of options) it(`parseVpcFlowLog: ${name}`, run);
});
