import type { OpenCarrier } from '../carrier.ts';
import { landingCarrier } from '../floor/land.ts';
import { signedServices } from '../floor/signed-table.ts';

/** The floor without the SDK: requests signed by its signer, and sent by node:http. */
export const open: OpenCarrier = (job) => {
  const { reader, send, close } = signedServices(job);
  return landingCarrier(job, reader, send, close);
};
