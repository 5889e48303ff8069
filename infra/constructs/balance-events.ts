import { Names } from 'aws-cdk-lib';
import { EventBus, type IRuleTarget, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { SubscriptionFilter, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { eventSource } from '../../lib/alerts/events.ts';
import { publishedTypes } from '../../lib/alerts/published.ts';
import type { StageSettings } from '../stage/stage-schema.ts';
import { WebhookQueue } from './webhook-queue.ts';

export interface BalanceEventsProps {
  readonly key: IKey;
  readonly settings: Pick<StageSettings, 'balanceEmails' | 'callers'>;
  /** Where events go that a target or a mailbox did not take. */
  readonly failures: Queue;
}

export interface EventFunctions {
  readonly recorder: LambdaFunction;
  readonly notifier: LambdaFunction;
  readonly deliverer: LambdaFunction;
}

/** The bus of balance events, and who is told of them: people by mail, callers by webhook, whoever asks later by a table. */
export class BalanceEvents extends Construct {
  readonly bus: EventBus;
  /** The text that CDK generated, not a reference: moto's `Ref` of a bus is no name, and the whole stack would fail there. */
  readonly busName: string;
  readonly topic: Topic;
  readonly webhooks: WebhookQueue;
  readonly #failures: Queue;

  constructor(scope: Construct, id: string, { key, settings, failures }: BalanceEventsProps) {
    super(scope, id);
    this.#failures = failures;
    this.bus = new EventBus(this, 'Bus', {
      description: 'Balance events of card accounts',
      kmsKey: key,
      // An encrypted bus keeps here what it could not encrypt or decrypt.
      deadLetterQueue: failures,
    });
    // CDK permits the targets of a rule to send there, and not the bus.
    failures.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [failures.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': this.bus.eventBusArn } },
      }),
    );
    this.busName = Names.uniqueId(this.bus);
    this.topic = new Topic(this, 'Topic', { masterKey: key, enforceSSL: true });
    for (const subscriber of settings.balanceEmails) this.#subscribe(subscriber);
    this.webhooks = new WebhookQueue(this, 'Webhooks', { key, callers: settings.callers });
  }

  #subscribe({ email, companies, events }: StageSettings['balanceEmails'][number]): void {
    const filterPolicy = {
      event: SubscriptionFilter.stringFilter({ allowlist: [...events] }),
      ...(companies === undefined ? {} : { companyId: SubscriptionFilter.stringFilter({ allowlist: [...companies] }) }),
    };
    this.topic.addSubscription(new EmailSubscription(email, { filterPolicy, deadLetterQueue: this.#failures }));
  }

  /** Lets events out: the functions have names only after the bus has. */
  connect({ recorder, notifier, deliverer }: EventFunctions): void {
    for (const invoked of [recorder, notifier])
      invoked.configureAsyncInvoke({ retryAttempts: 2, onFailure: new SqsDestination(this.#failures) });
    this.webhooks.feed(deliverer);
    const rule = new Rule(this, 'ToTopic', {
      eventBus: EventBus.fromEventBusName(this, 'BusByName', this.busName),
      description: 'Every balance event to mail, webhooks and the list of events',
      eventPattern: { source: [eventSource], detailType: Object.keys(publishedTypes) },
      targets: [...this.#targets(recorder, notifier)],
    });
    rule.node.addDependency(this.bus);
  }

  #targets(recorder: LambdaFunction, notifier: LambdaFunction): readonly IRuleTarget[] {
    const deadLetterQueue = this.#failures;
    const event = RuleTargetInput.fromEventPath('$.detail');
    return [
      new FunctionTarget(recorder, { deadLetterQueue }),
      new FunctionTarget(notifier, { deadLetterQueue }),
      new SqsQueue(this.webhooks.queue, { deadLetterQueue, message: event }),
    ];
  }
}
