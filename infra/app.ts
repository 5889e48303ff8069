import { join, relative } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { openApiDocument } from '../lib/api/openapi.ts';
import { assetFolders } from './bundle/assets.ts';
import { bundle } from './bundle/bundle.ts';
import { acknowledgements } from './guardrails/acknowledgements.ts';
import { addGuardrails } from './guardrails/guardrails.ts';
import { acknowledge, nagPacks } from './guardrails/nag.ts';
import { CardAccounts } from './stack.ts';
import { readStages } from './stage/cdk-json.ts';
import { headCommit, withCommit } from './stage/commit.ts';
import { featureFlags } from './stage/feature-flags.ts';
import { parseStage, SettingsError } from './stage/settings.ts';

try {
  // The CLI hands the parsed stages over; a key that stood twice is seen in the file alone.
  readStages();
  await synth(new App({ context: featureFlags }));
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function synth(app: App): Promise<void> {
  const settings = parseStage(app.node.tryGetContext('stages'), app.node.tryGetContext('stage') ?? 'uat');
  const { stage, account, region } = settings;
  const folder = join(import.meta.dirname, '..', '.build', stage);
  const stack = new CardAccounts(app, `CardAccounts-${stage}`, {
    settings,
    assetFolder: assetFolders(folder, await bundle(), settings, withCommit(openApiDocument(), headCommit())),
    env: { region, ...(account === undefined ? {} : { account }) },
    terminationProtection: stage !== 'dev',
  });
  addGuardrails(app);
  if (settings.audited) {
    acknowledge(stack, acknowledgements(settings));
    Validations.of(app).addPlugins(...nagPacks());
  }
  // The CDK CLI stops at error annotations, the app itself does not: whoever runs it without the CLI is stopped here.
  const { stacks } = app.synth();
  const errors = stacks.flatMap(({ messages }) => messages.filter(({ level }) => level === 'error'));
  for (const { entry } of errors) process.stderr.write(`${entry.data}\n`);
  if (errors.length > 0) process.exitCode = 1;
  // cdk.json keeps `cdk synth` from printing the template, thousands of lines: this says where it is.
  else for (const { templateFullPath } of stacks) process.stderr.write(`Template: ${relative('', templateFullPath)}\n`);
}
