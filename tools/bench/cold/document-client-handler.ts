import { open } from '../variants/document-client.ts';
import { handlerOf, type ObjectEvent } from './by-hand.ts';

export const handler: (event: ObjectEvent) => Promise<number> = handlerOf(open);
