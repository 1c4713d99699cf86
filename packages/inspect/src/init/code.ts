/** A value in the code that is written: what is shown there, and what it is when it runs here. */
export class Code {
  readonly text: string;
  readonly value: unknown;

  constructor(text: string, value: unknown) {
    this.text = text;
    this.value = value;
  }
}

const NAME = /^[A-Za-z_$][\w$]*$/;
const LINE_CHARS = 100;

/** Writes a value as TypeScript, in lines of usual length. */
export function literal(value: unknown, indent = ''): string {
  if (value instanceof Code) return value.text;
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const isArray = Array.isArray(value);
  const inner = `${indent}  `;
  const members = isArray
    ? value.map((one) => literal(one, inner))
    : Object.entries(value).map(([key, one]) => `${memberName(key)}: ${literal(one, inner)}`);
  const [open, close] = isArray ? ['[', ']'] : ['{', '}'];
  if (members.length === 0) return `${open}${close}`;
  const space = isArray ? '' : ' ';
  const line = `${open}${space}${members.join(', ')}${space}${close}`;
  if (line.length + indent.length <= LINE_CHARS && !line.includes('\n')) return line;
  return `${open}\n${members.map((member) => `${inner}${member},\n`).join('')}${indent}${close}`;
}

/** The same value with each piece of code replaced by what it is. */
export function evaluated(value: unknown): unknown {
  if (value instanceof Code) return value.value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(evaluated);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, evaluated(one)]));
}

export function memberName(key: string): string {
  // In an object literal, __proto__ would set the prototype.
  if (key === '__proto__') return "['__proto__']";
  return NAME.test(key) ? key : quoted(key);
}

export function quoted(text: string): string {
  const escaped = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"')
    .replaceAll("'", String.raw`\'`);
  return `'${escaped.replaceAll('\u2028', String.raw`\u2028`).replaceAll('\u2029', String.raw`\u2029`)}'`;
}
