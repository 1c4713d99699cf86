import assert from 'node:assert/strict';

/** The member that a capability calls for. */
export function needed<T>(value: T | undefined, name: string): T {
  assert.ok(value !== undefined, `There must be \`${name}\`, for what the plugin says it supports.`);
  return value;
}
