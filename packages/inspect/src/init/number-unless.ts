/**
 * Makes the type of a field that holds a number, or a text that means that there is none. The project gets the same function, as
 * {@link NUMBER_UNLESS}.
 */
export function numberUnless(...missing: readonly string[]): (text: string) => number | null {
  return (text) => {
    const field = text.trim();
    if (field === '' || missing.includes(field)) return null;
    const value = Number(field);
    if (Number.isNaN(value)) throw new TypeError('The field is not a number.');
    return value;
  };
}

export const NUMBER_UNLESS = `/** Makes the type of a field that holds a number, or a text that means that there is none. */
export function numberUnless(...missing: readonly string[]): (text: string) => number | null {
  return (text) => {
    const field = text.trim();
    if (field === '' || missing.includes(field)) return null;
    const value = Number(field);
    if (Number.isNaN(value)) throw new TypeError('The field is not a number.');
    return value;
  };
}
`;
