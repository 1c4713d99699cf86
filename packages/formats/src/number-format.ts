/** How numbers are written in a field. White space around is left out, and an empty field is `null`. */
export interface NumberFormat {
  /** What the number becomes: see {@link FieldType}. */
  readonly type: 'number' | 'decimal' | 'integer' | 'bigint';
  /** The character before the decimal places. @default '.' */
  readonly decimal?: string;
  /**
   * The character between groups of three digits. A number may be written without; one that has it in another place is
   * refused. @default there is none
   */
  readonly thousands?: string;
}

/** Returns the function that writes a number as JavaScript does, or returns `undefined` if it does not have the format. */
export function numberReader({ decimal = '.', thousands }: NumberFormat): (text: string) => string | undefined {
  const whole = thousands === undefined ? String.raw`\d*` : String.raw`\d{1,3}(?:${escaped(thousands)}\d{3})+|\d*`;
  const pattern = new RegExp(String.raw`^([+-]?)(${whole})(?:${escaped(decimal)}(\d*))?(e[+-]?\d{1,3})?$`, 'i');
  return (text) => {
    const match = pattern.exec(text);
    if (match === null) return undefined;
    const [, sign, digits, places, exponent = ''] = match;
    const plain = thousands === undefined ? digits! : digits!.replaceAll(thousands, '');
    return `${sign}${plain}${places === undefined ? '' : `.${places}`}${exponent}`;
  };
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Returns what the members of a number format must be, or nothing if they are. */
export function numberFormatProblem({
  decimal,
  thousands,
  ...rest
}: Readonly<Record<string, unknown>>): string | undefined {
  const others = Object.keys(rest).filter((key) => key !== 'type');
  if (others.length > 0) return 'a number format with "type", "decimal" and "thousands" only';
  const marks = [decimal ?? '.', ...(thousands === undefined ? [] : [thousands])];
  const fits =
    marks.every((mark) => typeof mark === 'string' && /^[^\d+\-eE\r\n]$/.test(mark)) &&
    new Set(marks).size === marks.length;
  return fits
    ? undefined
    : 'a number format whose "decimal" and "thousands" are two different characters, neither digits, signs nor e';
}
