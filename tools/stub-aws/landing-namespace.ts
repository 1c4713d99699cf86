/** The namespace of landed records' keys: `MILLRACE_NAMESPACE` of @millrace/core, for programs that do without it. */
export const LANDING_NAMESPACE = 'b0759858-e76b-5bf2-83cd-2b119a052fbf';
