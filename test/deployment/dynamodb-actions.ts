import { readFileSync } from 'node:fs';

const README = new URL('../../packages/dynamodb/README.md', import.meta.url);

/** The actions that a part of @millrace/dynamodb needs, as its README says under "Permissions". */
export function dynamodbActions(part: string): readonly string[] {
  const row = readFileSync(README, 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`| \`${part}\` `) && line.includes('`dynamodb:'));
  if (row === undefined) throw new Error(`The README has no permissions of ${part}.`);
  return [...row.matchAll(/`(dynamodb:\w+)`/g)].map(([, action]) => action!);
}
