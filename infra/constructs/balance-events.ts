import { Names } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { eventSource, eventTypes } from '../../lib/alerts/events.ts';

export interface BalanceEventsProps {
  readonly key: IKey;
  readonly emails: readonly string[];
  /** Where events go that the topic or a mailbox did not take. */
  readonly failures: Queue;
}

/** The bus of BalanceLow, BalanceRecovered and BalanceUnknown, and a topic for those who would rather have mail. */
export class BalanceEvents extends Construct {
  readonly bus: EventBus;
  /** The text that CDK generated, not a reference: moto's `Ref` of a bus is no name, and the whole stack would fail there. */
  readonly busName: string;
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { key, emails, failures }: BalanceEventsProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', { description: 'Balance events of card accounts', kmsKey: key });
    this.busName = Names.uniqueId(this.bus);
    this.topic = new Topic(this, 'Topic', { masterKey: key, enforceSSL: true });
    for (const email of emails) this.topic.addSubscription(new EmailSubscription(email, { deadLetterQueue: failures }));
    const rule = new Rule(this, 'ToTopic', {
      eventBus: EventBus.fromEventBusName(this, 'BusByName', this.busName),
      description: 'Every balance event to the topic',
      eventPattern: { source: [eventSource], detailType: [...eventTypes] },
      targets: [new SnsTopic(this.topic, { deadLetterQueue: failures })],
    });
    rule.node.addDependency(this.bus);
  }
}
