// Requires every package and carries records through them all, without a single ES module.
const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const { deflateRawSync } = require('node:zlib');
const { carry } = require('./carry.cjs');

const { dependencies } = JSON.parse(readFileSync(`${__dirname}/package.json`, 'utf8'));
const ours = Object.keys(dependencies).filter((name) => name.startsWith('@millrace/'));
// A rejection ends the process with its message.
void carry(Object.fromEntries(ours.map((name) => [name, require(name)])));
void readPack(require('@millrace/dynamodb/unpack'));

/** A pack as docs/packed-layout.md describes it, written by hand. */
async function readPack({ isPack, unpack }) {
  const item = {
    pack: { N: '1' },
    encoding: { S: 'deflate-raw' },
    space: { S: 'b0759858-e76b-5bf2-83cd-2b119a052fbf' },
    first_ordinal: { N: '7' },
    count: { N: '2' },
    records: { B: deflateRawSync('["n"]\n[1]\n\n[2]').toString('base64') },
  };
  assert.equal(isPack(item), true);
  const records = [];
  for await (const { ordinal, record } of unpack(item)) records.push([ordinal, record]);
  assert.deepEqual(records, [
    [7, { n: 1 }],
    [9, { n: 2 }],
  ]);
}
