import { z } from 'zod';

/** What a customer is in the landing table, whichever supplier sent it. */
export const CustomerSchema = z.strictObject({
  customer: z.string().regex(/^C-\d{4}$/),
  name: z.string().min(1),
  city: z.string().min(1),
  country: z.string().length(2).toUpperCase(),
  since: z.iso.date(),
  /** In cents, so that no sum is rounded. */
  balance: z.int(),
});

export type Customer = z.output<typeof CustomerSchema>;
