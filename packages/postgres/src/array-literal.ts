/**
 * PostgreSQL's text for an array: `{"a","b",NULL}`. Elements are quoted always, so that none is taken for `NULL`, a brace or
 * a number. https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
export function arrayLiteral(elements: readonly (string | null)[]): string {
  let text = '{';
  for (const [index, element] of elements.entries()) {
    if (index > 0) text += ',';
    text += element === null ? 'NULL' : `"${/["\\]/.test(element) ? element.replaceAll(/["\\]/g, '\\$&') : element}"`;
  }
  return `${text}}`;
}
