import { open } from '../variants/floor-sdk.ts';
import { handlerOf, type ObjectEvent } from './by-hand.ts';

export const handler: (event: ObjectEvent) => Promise<number> = handlerOf(open);
