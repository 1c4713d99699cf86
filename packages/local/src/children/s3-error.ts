/** The part of a Fastify reply that sends an error. */
interface Reply {
  readonly code: (status: number) => { readonly type: (type: string) => { readonly send: (body: string) => unknown } };
}

/** Answers as S3 does: a status and an XML document with a code. */
export async function refuse(reply: Reply, status: number, code: string, message: string): Promise<void> {
  await reply.code(status).type('application/xml').send(errorXml(code, message));
}

export function errorXml(code: string, message: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
}
