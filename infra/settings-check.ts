import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { parseStage, SettingsError } from './settings.ts';
import { describeStage } from './stage-words.ts';

const cdkJsonSchema = z.object({ context: z.object({ stages: z.record(z.string(), z.unknown()) }) });

const { values } = parseArgs({ options: { stage: { type: 'string' } }, allowPositionals: true });
const cdkJson: unknown = JSON.parse(readFileSync(new URL('../cdk.json', import.meta.url), 'utf8'));
const { stages } = cdkJsonSchema.parse(cdkJson).context;

for (const name of values.stage === undefined ? Object.keys(stages) : [values.stage]) {
  process.stdout.write(`${check(name)}\n`);
}

/** The stage in words; what is wrong first. A stage that cannot deploy makes the exit code 1. */
function check(name: string): string {
  const lines = [`Stage ${name}`];
  try {
    return [...lines, ...describeStage(parseStage(stages, name))].join('\n');
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.exitCode = 1;
    lines.push('Cannot deploy yet:', error.message);
  }
  try {
    return [...lines, ...describeStage(parseStage(asIfFilled(stages), name))].join('\n');
  } catch {
    return lines.join('\n');
  }
}

/** To say what a stage will be before its hosts are known. */
function asIfFilled(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(/"FILL-ME[^"]*"/g, '"https://not-filled-in.invalid"'));
}
