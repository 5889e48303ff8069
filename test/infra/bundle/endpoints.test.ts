import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { patches } from '../../../infra/bundle/left-out-rules.ts';

type Resolve = (params: { Endpoint?: string; Region: string }) => { url: URL };

/** The resolver that a bundle carries. */
async function bundledResolver(client: string): Promise<Resolve> {
  const path = `node_modules/@aws-sdk/${client}/dist-es/endpoint/endpointResolver.js`;
  const [patch] = patches.filter(({ module }) => module.test(path));
  const code = patch && patch.put !== 'nothing' ? patch.put('') : undefined;
  const module = await import(`data:text/javascript,${encodeURIComponent(code ?? '')}`);
  return module.defaultEndpointResolver;
}

const clients = [
  ['client-dynamodb', new DynamoDBClient({ region: 'ap-south-1' }).config.endpointProvider],
  ['client-secrets-manager', new SecretsManagerClient({ region: 'ap-south-1' }).config.endpointProvider],
  ['client-sqs', new SQSClient({ region: 'ap-south-1' }).config.endpointProvider],
  ['client-sns', new SNSClient({ region: 'ap-south-1' }).config.endpointProvider],
  ['client-eventbridge', new EventBridgeClient({ region: 'ap-south-1' }).config.endpointProvider],
] as const;

describe('the endpoint of a bundled client', () => {
  test.each(clients)("is the SDK's own in both regions of India, and the one that is set: %s", async (name, sdk) => {
    const resolve = await bundledResolver(name);
    for (const Region of ['ap-south-1', 'ap-south-2']) {
      expect(resolve({ Region }).url.href).toBe(sdk({ Region, UseDualStack: false, UseFIPS: false }).url.href);
    }
    expect(resolve({ Region: 'ap-south-1', Endpoint: 'http://127.0.0.1:4566' }).url.href).toBe(
      'http://127.0.0.1:4566/',
    );
  });
});
