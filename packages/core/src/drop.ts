/** The type of {@link drop}. */
export type Drop = typeof drop;

/** What an each returns to leave a record out on purpose. The report counts it as dropped. */
export const drop: unique symbol = Symbol.for('@millrace/drop');
