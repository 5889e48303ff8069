import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { assetFolders } from '../../infra/bundle/assets.ts';
import type { Bundle } from '../../infra/bundle/bundle.ts';
import { CardAccounts } from '../../infra/stack.ts';
import { featureFlags } from '../../infra/stage/feature-flags.ts';
import { functionTable } from '../../infra/stage/function-table.ts';
import { parseStage } from '../../infra/stage/settings.ts';
import type { StageSettings } from '../../infra/stage/stage-schema.ts';

type Json = Record<string, unknown>;

export const cdkJson: { context: { stages: Record<string, Json> } } = JSON.parse(
  readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'),
);

/** The facts of a template do not depend on the code; bundle.test.ts looks at the real bundles. */
const standIns: Bundle = new Map(functionTable.map(({ name }) => [name, { code: `// ${name}`, modules: {} }]));

/** In place of the hosts that cdk.json leaves to fill in. */
export const madeUpHosts = { apiUrl: 'https://api.example.com', tokenUrl: 'https://token.example.com' };

/** The settings of cdk.json; unfilled hosts are filled with made-up ones. */
export function settingsOf(stage: 'dev' | 'uat' | 'live', changes: Json = {}): StageSettings {
  const hosts = stage === 'uat' ? {} : { enkash: madeUpHosts };
  const filled = { ...cdkJson.context.stages[stage], ...hosts, ...changes };
  return parseStage({ [stage]: filled }, stage);
}

export function stackOf(settings: StageSettings): CardAccounts {
  const folder = mkdtempSync(join(tmpdir(), 'infra-'));
  return new CardAccounts(new App({ context: featureFlags }), 'Test', {
    settings,
    assetFolder: assetFolders(folder, standIns, settings, { openapi: '3.1.0' }),
    env: { region: settings.region },
  });
}

/** CloudFormation's properties have no type; each test states what it finds in them. */
type Properties = ReturnType<JSON['parse']>;

export type Resource = { readonly Type: string; readonly Properties: Properties; readonly DeletionPolicy?: string };

/** Logical id -> resource, of one type. */
export function resourcesOf(template: Template, type: string): [string, Resource][] {
  return Object.entries<Resource>(template.findResources(type) as Record<string, Resource>);
}

export const templateOfStack = (stack: CardAccounts): Template => Template.fromStack(stack);

const templates = new Map<string, Template>();

/** The template of a stage, made once for the same settings; only to be looked at. */
export function templateOf(settings: StageSettings): Template {
  const key = JSON.stringify(settings);
  const template = templates.get(key) ?? templateOfStack(stackOf(settings));
  templates.set(key, template);
  return template;
}
