/**
 * P2, the peer in the style of AWS's TypeScript samples: the same function inside Powertools for Lambda's logger, metrics
 * and tracer. JavaScript, because its packages are installed by `npm run bench:install` alone.
 */
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import middy from '@middy/core';
import { answer, errors, securityHeaders } from './peer.ts';

const serviceName = 'card-accounts';
const logger = new Logger({ serviceName });
const metrics = new Metrics({ serviceName, namespace: 'Bench' });
const tracer = new Tracer({ serviceName });

async function measured(event) {
  const response = await answer(event);
  metrics.addMetric('Requests', MetricUnit.Count, 1);
  logger.info('request', { statusCode: response.statusCode });
  return response;
}

export const handler = middy(measured)
  .use(captureLambdaHandler(tracer))
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics))
  .use(securityHeaders)
  .use(errors);
