import { describe, expect, test } from 'vitest';
import { fixture, readWorkspace, type Rule } from '../tools/workspace.ts';
import * as rules from './architecture/steady-test-rules.ts';
import * as waivers from './architecture/steady-test-waivers.ts';

const PATH = 'packages/gzip/test/a.test.ts';
const repository = readWorkspace(new URL('../', import.meta.url));
const brokenBy = (rule: Rule, text: string): readonly string[] => rule(fixture({ [PATH]: text }));
const inTest = (text: string): string => `it('waits', async () => {\n${text}\n});`;

describe('a test compares no clock', () => {
  const rule = rules.testsCompareNoClock({});

  test('in the repository', () => {
    expect(rules.testsCompareNoClock(waivers.CLOCK)(repository)).toEqual([]);
  });

  test.each([
    ['directly', `expect(performance.now() - started).toBeLessThan(50);`, 2],
    ['by a name', `const took = Date.now() - started;\nexpect(took).not.toBeGreaterThan(50);`, 3],
    ['as what is expected', `expect(entry.at).toBe(Date.now());`, 2],
  ])('%s', (_, text, line) => {
    expect(brokenBy(rule, inTest(text))).toEqual([expect.stringContaining(`${PATH}:${line} compares a time.`)]);
  });

  test.each([
    ['bounds it from below', `expect(performance.now() - started).toBeGreaterThanOrEqual(60);`],
    ['moves it by itself', `vi.useFakeTimers();\nexpect(Date.now() - before).toBe(600);`],
    ['compares something else', `expect(records.length).toBeLessThan(50);`],
  ])('but may if it %s', (_, text) => {
    expect(brokenBy(rule, inTest(text))).toEqual([]);
  });
});

describe('a test waits for no fixed time', () => {
  const rule = rules.testsWaitForNoFixedTime({});

  test('in the repository', () => {
    expect(rules.testsWaitForNoFixedTime(waivers.FIXED_TIME)(repository)).toEqual([]);
  });

  test.each([
    ['by sleep', `await sleep(20);`],
    ['by a timer in a promise', `await new Promise((resolve) => setTimeout(resolve, 1_000));`],
    ['in a race', `await Promise.race([writing, sleep(5000, 'late')]);`],
    ['by a timer that acts', `setTimeout(() => abort.abort(), 50);`],
  ])('%s', (_, text) => {
    expect(brokenBy(rule, inTest(text))).toEqual([expect.stringContaining(`${PATH}:2 waits for a fixed time.`)]);
  });

  test.each([
    ['asks again and again', `while (calls === 0) await sleep(10);`],
    ['yields', `await new Promise((resolve) => setTimeout(resolve, 0));`],
    ['has a double that is slow', `const stub = await startStub(async () => { await sleep(20); return ok; });`],
  ])('but may if it %s', (_, text) => {
    expect(brokenBy(rule, inTest(text))).toEqual([]);
  });
});

describe('a test draws nothing at random', () => {
  test('in the repository', () => {
    expect(rules.testsDrawNothing(waivers.CHANCE)(repository)).toEqual([]);
  });

  test.each([`const at = Math.floor(Math.random() * 10);`, `const bytes = randomBytes(16);`])('%s', (text) => {
    expect(brokenBy(rules.testsDrawNothing({}), text)).toEqual([expect.stringContaining(`${PATH}:1 draws at random.`)]);
  });

  test('but may take a name of its own', () => {
    expect(brokenBy(rules.testsDrawNothing({}), 'const table = `landing-${randomUUID()}`;')).toEqual([]);
  });
});

test('a waiver that is not needed is refused', () => {
  const [waived] = [{ [PATH]: 'a reason' }];
  expect(rules.testsDrawNothing(waived)(fixture({ [PATH]: 'Math.random();' }))).toEqual([]);
  expect(rules.testsDrawNothing(waived)(fixture({ [PATH]: '' }))).toEqual([
    `${PATH} has a waiver that it does not need. Remove the waiver.`,
  ]);
});
