import type { XmlAttributes } from '../xml/xml-attributes.ts';
import type { XmlEvents } from '../xml/xml-scanner.ts';

/** Events of a small part that only looks at attributes: `open` hears the path of each element, by names without prefixes. */
export function pathEvents(open: (path: string, attributes: XmlAttributes) => void): XmlEvents {
  const paths: string[] = [];
  return {
    listens: false,
    open: (name, attributes) => {
      const own = name.slice(name.indexOf(':') + 1);
      const parent = paths.at(-1);
      paths.push(parent === undefined ? own : `${parent}/${own}`);
      open(paths.at(-1)!, attributes);
    },
    close: () => void paths.pop(),
    text: () => {},
  };
}
