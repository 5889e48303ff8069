import { type Command, readArguments, readVerb, runCommand, stageName } from './shared/arguments.ts';
import { findStage, stageOptions, stageUsage } from './shared/stages.ts';
import { testWebhook } from './shared/test-webhook.ts';

const usage = `npm run webhooks -- send-test --caller NAME [--stage NAME]
  send-test  sends a made-up event to the caller's receiver, signed as real ones are, and says what the receiver answered.
             The event has "test": true and an account that nobody has. An answer of 2xx switches on a webhook that an
             answer of 410 had switched off.
  --stage NAME         default local: the stage that "npm start -- --forward-to URL" runs
${stageUsage}`;

const shape = { ...stageOptions, stage: stageName.default('local'), caller: stageName };

const command: Command = async (args, print) => {
  const { rest } = readVerb(args, usage, ['send-test']);
  const asked = readArguments(rest, usage, shape);
  const { well, lines } = await testWebhook(await findStage(asked), asked.caller);
  for (const line of lines) print(line);
  return well;
};

await runCommand(command);
