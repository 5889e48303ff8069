import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { unknownPlaces } from '../../lib/api/places.ts';
import { docsSite } from '../docs/site.ts';
import { type Command, readArguments, runCommand } from './shared/arguments.ts';

const usage = `npm run docs -- [--out FOLDER] [--url URL --token-url URL]
  Writes reference, guides and glossary as one static folder, which a browser opens as it is.
  --out FOLDER         default .build/docs
  --url URL            of a stage's API (output ApiUrl); --token-url URL: of its tokens (output TokenUrl)`;

const shape = {
  out: z.string().default(join('.build', 'docs')),
  url: z.string().default(unknownPlaces.url),
  'token-url': z.string().default(unknownPlaces.tokenUrl),
};

const command: Command = async (args, print) => {
  const { out, url, 'token-url': tokenUrl } = readArguments(args, usage, shape);
  mkdirSync(out, { recursive: true });
  for (const [name, { body }] of docsSite({ places: { url, tokenUrl } })) writeFileSync(join(out, name), body);
  print(join(out, 'index.html'));
  return true;
};

await runCommand(command);
