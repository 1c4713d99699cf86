/** What is used of the context that Lambda passes to a handler. A handler also works without any. */
export interface LambdaContext {
  /** Id of the invocation, for the log. */
  readonly awsRequestId?: string;
  /** Milliseconds until Lambda ends the invocation. Where it is absent there is no deadline. */
  readonly getRemainingTimeInMillis?: () => number;
}
