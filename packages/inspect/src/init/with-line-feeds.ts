import type { CharsetDecoder } from '@millrace/core';
import { isLocated, type Located, located, type Outputs } from '@millrace/core/plugin';

/**
 * Makes line feeds of carriage returns, for texts whose lines end with these alone. The project gets the same function, as
 * {@link WITH_LINE_FEEDS}.
 */
export function withLineFeeds(decoder: CharsetDecoder): CharsetDecoder {
  return Object.freeze<CharsetDecoder>({
    ...decoder,
    signature: `${decoder.signature ?? ''} with line feeds`,
    start: (context) => {
      const stage = decoder.start(context);
      const { end, close } = stage;
      return {
        push: (bytes) => fed(stage.push(bytes)),
        ...(end !== undefined && { end: () => fed(end()) }),
        ...(close !== undefined && { close }),
      };
    },
  });
}

/** As many characters as before, so that places stay right. */
async function* fed(
  outputs: Outputs<string | Located<string>>,
): AsyncGenerator<string | Located<string>, void, undefined> {
  for await (const output of outputs) {
    yield isLocated(output)
      ? located(String(output.chunk).replaceAll('\r', '\n'), output.place)
      : output.replaceAll('\r', '\n');
  }
}

export const WITH_LINE_FEEDS = `import type { CharsetDecoder } from '@millrace/core';
import { isLocated, type Located, located, type Outputs } from '@millrace/core/plugin';

/** Makes line feeds of carriage returns, for texts whose lines end with these alone. */
export function withLineFeeds(decoder: CharsetDecoder): CharsetDecoder {
  return Object.freeze<CharsetDecoder>({
    ...decoder,
    signature: \`\${decoder.signature ?? ''} with line feeds\`,
    start: (context) => {
      const stage = decoder.start(context);
      const { end, close } = stage;
      return {
        push: (bytes) => fed(stage.push(bytes)),
        ...(end !== undefined && { end: () => fed(end()) }),
        ...(close !== undefined && { close }),
      };
    },
  });
}

/** As many characters as before, so that places stay right. */
async function* fed(outputs: Outputs<string | Located<string>>): AsyncGenerator<string | Located<string>, void, undefined> {
  for await (const output of outputs) {
    yield isLocated(output)
      ? located(String(output.chunk).replaceAll('\\r', '\\n'), output.place)
      : output.replaceAll('\\r', '\\n');
  }
}
`;
