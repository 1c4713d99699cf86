import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { Arrivals } from './arrivals.ts';
import { Backlog } from './backlog.ts';
import { CarrierFunction } from './carrier-function.ts';
import { Storage } from './storage.ts';

export interface PricesStackProps extends StackProps {
  /** Folder with the bundled functions. */
  readonly code: string;
  /** ARN of the SNS topic that alarms go to. @default they go nowhere */
  readonly alarmTopicArn?: string;
}

/** A feed with all that it takes to run it. */
export class PricesStack extends Stack {
  constructor(scope: Construct, id: string, { code, alarmTopicArn, ...props }: PricesStackProps) {
    super(scope, id, props);
    const storage = new Storage(this, 'Storage');
    const carrier = new CarrierFunction(this, 'FromQueue', { code, handler: 'fromQueue', storage });
    const arrivals = new Arrivals(this, 'Arrivals', { storage, carrier });
    new Alarms(this, 'Alarms', { arrivals, topicArn: alarmTopicArn });
    new Backlog(this, 'Backlog', { storage, code });
  }
}
