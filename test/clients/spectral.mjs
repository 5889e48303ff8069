import { readFileSync } from 'node:fs';
import spectral from '@stoplight/spectral-core';
import rulesets from '@stoplight/spectral-rulesets';

/** `node spectral.mjs DOCUMENT`: every finding of all rules about OpenAPI, as JSON. */
const linter = new spectral.Spectral();
// Nobody of whom a caller may have the address: who runs a stage says so himself.
linter.setRuleset({ extends: [[rulesets.oas, 'all']], rules: { 'contact-properties': 'off' } });
const found = await linter.run(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')));
console.log(JSON.stringify(found.map(({ code, path }) => ({ rule: code, path: path.join('.') }))));
