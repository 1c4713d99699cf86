import type { Ledger } from '@millrace/core';
import { ledgerCases } from '@millrace/testkit';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { dynamodbLedger } from '../src/index.ts';
import { type LedgerStand, startLedgerStand } from './support/ledger-stand.ts';

let stand: LedgerStand;
beforeAll(async () => {
  stand = await startLedgerStand();
}, 30_000);
afterAll(() => stand.stop());

describe('a ledger in DynamoDB keeps the contract', () => {
  const create = (now: () => number): Ledger => dynamodbLedger({ table: stand.table, client: stand.client }, now);
  const cases = ledgerCases({ create, lists: true });
  it.each(cases.map((one) => [`${one.clause} ${one.name}`, one] as const))('%s', (_, one) => one.run());
});
