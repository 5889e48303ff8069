import type { LiveOptions } from '../../lib/live/enkash.ts';
import { invoke } from './lambda.ts';
import { startLambdaApi } from './lambda-api.ts';
import { startSchedule } from './schedule.ts';
import { createOperatorFunctions } from './stage-functions.ts';

/** As the stack's schedule: the gate's gauge. */
const everySeconds = 300;

/**
 * The operator's functions behind Lambda's Invoke, and the schedule of the gauge.
 * @param env where the commands find them: an endpoint that is set there is somebody else's, and none is started
 */
export async function startOperator(env: NodeJS.ProcessEnv, options: Required<LiveOptions>) {
  const functions = createOperatorFunctions(options);
  const api = env.AWS_ENDPOINT_URL_LAMBDA ? undefined : await startLambdaApi(functions);
  if (api) env.AWS_ENDPOINT_URL_LAMBDA = api.url;
  const { handler, timeoutMs } = functions.inspect;
  const fire = () => invoke('inspect', handler, { action: 'status', gauge: true }, timeoutMs);
  const gauge = startSchedule({ everySeconds, fire });
  return {
    async close(): Promise<void> {
      await gauge.close();
      await api?.close();
    },
  };
}
