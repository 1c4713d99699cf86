export { type Chance, chanceOf } from './simulation/chance.ts';
export type { Deployment, Expected, ExpectedRecord, ProcessHandles, Program } from './simulation/deployment.ts';
export type { Completion, History, PutRecord } from './simulation/history.ts';
export { judge } from './simulation/oracle/judge.ts';
export type { Violation } from './simulation/oracle/violation.ts';
export { shrink, type ShrinkOptions } from './simulation/shrink.ts';
export { scenarioOf, simulate, type SimulateOptions } from './simulation/simulate.ts';
export type { SdkRequestHandler } from './simulation/wire/http.ts';
export type { NetworkFault } from './simulation/wire/network.ts';
export type { BucketFault } from './simulation/world/bucket-service.ts';
export type { Handler } from './simulation/world/lambda.ts';
export { keyOfObject, lineRecord, type LineRecord, type ObjectContent } from './simulation/world/object-content.ts';
export type { TableFault } from './simulation/world/table-service.ts';
export type { TableItem } from './simulation/world/table.ts';
export type {
  OperatorTask,
  RequestMark,
  Scenario,
  ServiceName,
  WorldEvent,
  WorldSettings,
} from './simulation/world-event.ts';
