// Requires every package and carries records through them all, without a single ES module.
const { readFileSync } = require('node:fs');
const { carry } = require('./carry.cjs');

const { dependencies } = JSON.parse(readFileSync(`${__dirname}/package.json`, 'utf8'));
const ours = Object.keys(dependencies).filter((name) => name.startsWith('@millrace/'));
// A rejection ends the process with its message.
void carry(Object.fromEntries(ours.map((name) => [name, require(name)])));
