import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Arrivals } from './arrivals.ts';
import { FEED } from './carrier-function.ts';

export interface AlarmsProps {
  readonly arrivals: Arrivals;
  /** Whom to tell. @default nobody: the alarms only show */
  readonly topicArn?: string | undefined;
}

/** What somebody must look at. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, { arrivals, topicArn }: AlarmsProps) {
    super(scope, id);
    const { queue, deadLetters, failedInvocations } = arrivals;
    const period = Duration.minutes(5);
    const topic = topicArn === undefined ? undefined : Topic.fromTopicArn(this, 'Topic', topicArn);
    const alarm = (name: string, metric: IMetric, threshold: number, alarmDescription: string): void => {
      const made = new Alarm(this, name, {
        metric,
        threshold,
        alarmDescription,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      if (topic !== undefined) made.addAlarmAction(new SnsAction(topic));
    };
    alarm(
      'Late',
      queue.metricApproximateAgeOfOldestMessage({ period, statistic: 'Maximum' }),
      Duration.hours(1).toSeconds(),
      'A file has waited for an hour: the function fails, is throttled, or cannot keep up.',
    );
    alarm(
      'DeadLettersArrived',
      deadLetters.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }),
      1,
      'A file failed five times. Its log line tells why; mend it, then redrive the queue.',
    );
    alarm(
      'InvocationsFailed',
      failedInvocations.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }),
      1,
      'An asynchronous invocation failed for good; the message holds its event.',
    );
    alarm(
      'Rejections',
      new Metric({
        namespace: 'Millrace',
        metricName: 'RecordsRejected',
        dimensionsMap: { feed: FEED },
        statistic: 'Sum',
        period,
      }),
      1,
      'Records were rejected; they are in the quarantine bucket with their raw text.',
    );
  }
}
