import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { unknownPlaces } from '../../lib/api/places.ts';
import { docsSite } from '../docs/site.ts';

/** `npm run docs` writes reference, guides and glossary as one static folder, which a browser opens as it is. */
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join('.build', 'docs') },
    url: { type: 'string', default: unknownPlaces.url },
    'token-url': { type: 'string', default: unknownPlaces.tokenUrl },
  },
});

mkdirSync(values.out, { recursive: true });
for (const [name, { body }] of docsSite({ places: { url: values.url, tokenUrl: values['token-url'] } }))
  writeFileSync(join(values.out, name), body);
process.stdout.write(`${join(values.out, 'index.html')}\n`);
