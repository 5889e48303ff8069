import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { docsSite } from '../../infra/docs/site.ts';
import { listen, sendJson } from '../local/http-server.ts';
import { type Stage, startStage } from '../local/stage.ts';

const run = promisify(execFile);
const programs = join(import.meta.dirname, '..', '..', 'infra', 'docs', 'programs');
/** What each program of the guide is run by. */
const interpreters = [
  ['integrate.sh', 'bash', 'curl'],
  ['integrate.mjs', process.execPath],
  ['integrate.py', 'python3'],
  ['Integrate.java', 'java'],
] as const;
const isThere = (command: string) => spawnSync(command, ['--version']).status === 0;
const found = interpreters.filter(([, ...needed]) => needed.every(isThere));
for (const [file] of interpreters.filter((each) => !found.includes(each)))
  console.log(`SKIPPED: ${file}, since its interpreter is not here`);

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ env: process.env });
});
afterAll(() => stage.close());

describe('Integrate in an afternoon', () => {
  test.each(found.map(([file, interpreter]) => [file, interpreter] as const))(
    '%s does against the local stage what the guide says, and gets one new token when the one it keeps is refused',
    async (file, interpreter) => {
      // The shell's program is too short to keep a token.
      const refused = file === 'integrate.sh' ? 0 : 1;
      let asked = 0;
      const issuer = await listen(async ({ headers, body, response }) => {
        asked += 1;
        const { authorization = '', 'content-type': type = '' } = headers;
        const sent = { method: 'POST', headers: { authorization, 'content-type': type }, body: `${body}` };
        const answer = await fetch(stage.tokenUrl, sent);
        const token: object = Object(await answer.json());
        sendJson(response, answer.status, asked <= refused ? { ...token, access_token: 'ey.is.refused' } : token);
      });
      const { clientId, clientSecret } = stage.callers[0];
      const env = { API_URL: stage.url, TOKEN_URL: issuer.url, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret };
      // Where no locale is set, Java reads no file whose path has a letter outside ASCII.
      const copy = join(mkdtempSync(join(tmpdir(), 'guide-')), file);
      copyFileSync(join(programs, file), copy);
      const { stdout } = await run(interpreter, [copy], { env: { PATH: process.env.PATH, ...env } });
      await issuer.close();
      const lines = stdout.trim().split('\n');
      expect(lines[0]).toContain('898138.00');
      expect(lines.join('\n')).toMatch(/cache[\s\S]*RATE_LIMITED[\s\S]*watched/);
      expect(asked).toBe(refused + 1);
    },
  );

  test('shows every program as it is executed, every account to practise with, and no placeholder', () => {
    const places = { url: stage.url, tokenUrl: stage.tokenUrl };
    const site = docsSite({ places });
    const page = String(site.get('integrate.html')?.body);
    for (const [file] of interpreters) {
      const shown = readFileSync(join(programs, file), 'utf8')
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&quot;')
        .replaceAll("'", '&#39;');
      expect(page, file).toContain(shown.trim());
    }
    expect(page).toContain('CATESTLIMITED');
    for (const { body } of site.values()) expect(String(body).slice(0, 200_000)).not.toMatch(/\{\{\w+ ?[\w.]*\}\}/);
  });

  test('the glossary has every field of the document', () => {
    const document = JSON.parse(String(docsSite({ places: { url: 'x', tokenUrl: 'y' } }).get('openapi.json')?.body));
    const page = String(docsSite({ places: { url: 'x', tokenUrl: 'y' } }).get('glossary.html')?.body);
    const names = new Set<string>();
    const look = (value: unknown): void => {
      for (const [key, inner] of Object.entries(Object(value))) {
        if (key === 'properties') for (const name of Object.keys(Object(inner))) names.add(name);
        if (typeof inner === 'object') look(inner);
      }
    };
    look(document.components.schemas);
    expect(names.size).toBeGreaterThan(80);
    expect([...names].filter((name) => !page.includes(`<code>${name}</code>`))).toEqual([]);
  });
});
