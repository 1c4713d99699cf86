import { testSinkContract } from './support/sink-contract.ts';

testSinkContract('packs', { records: 4 });
