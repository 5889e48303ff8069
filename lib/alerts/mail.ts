import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { PublishedEvent } from './published.ts';

export type SendMail = (event: PublishedEvent) => Promise<void>;

/** Publishes an event's words to the topic of those who get mail; subscriptions choose by company and by type. */
export function createSendMail(client: Pick<SNSClient, 'send'>, topicArn: string): SendMail {
  return async ({ type, data }) => {
    await client.send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: data.title,
        Message: data.text,
        MessageAttributes: {
          companyId: { DataType: 'String', StringValue: data.companyId },
          event: { DataType: 'String', StringValue: type },
        },
      }),
    );
  };
}
