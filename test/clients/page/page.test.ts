import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { type Stage, startStage } from '../../local/stage.ts';
import { chromiumPath } from '../../rigs/chromium.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const pages = ['index.html', 'integrate.html', 'moving-over.html', 'glossary.html'];
let stage: Stage;
let browser: Browser;
let page: Page;
/** What the browser complained about, and what it asked of anybody else than the page's own server. */
let complaints: string[] = [];

beforeAll(async () => {
  const path = spawnSync('which', [chromiumPath() ?? 'chromium'], { encoding: 'utf8' }).stdout.trim();
  browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox'] });
  stage = await startStage({ env: process.env });
});
afterAll(async () => {
  await browser?.close();
  await stage?.close();
});
beforeEach(async () => {
  complaints = [];
  page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
  page.on('console', (message) => {
    if (message.type() !== 'log') complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (asked) => {
    const url = asked.url();
    if (!/^(data|file|blob):/.test(url) && !url.startsWith(stage.url)) complaints.push(`asked ${url}`);
  });
});
afterEach(() => page.close());

/** Presses Tab until what has the focus matches. */
async function tabTo(selector: string): Promise<void> {
  for (let times = 0; times < 60; times += 1) {
    await page.keyboard.press('Tab');
    if (await page.locator(`${selector}:focus`).count()) return;
  }
  throw new Error(`Tab never reaches ${selector}`);
}

test('every operation is on the page, and one is called by keyboard alone, with the token at hand', async () => {
  await page.goto(`${stage.url}/docs`);
  await page.waitForSelector('.opblock-summary-control');
  const document = z.object({ paths: z.record(z.string(), z.looseObject({})), webhooks: z.looseObject({}) });
  const { paths, webhooks } = document.parse(await (await fetch(`${stage.url}/docs/openapi.json`)).json());
  const operations = Object.values(paths).flatMap((methods) => Object.keys(methods));
  expect(await page.locator('.opblock').count()).toBe(operations.length + Object.keys(webhooks).length);
  await tabTo('.opblock-summary-control');
  await page.keyboard.press('Enter');
  await tabTo('.execute');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.live-responses-table .response-col_status:text-is("200")');
  expect(await page.locator('.live-responses-table').innerText()).toContain('"available": "898138.00"');
  expect(complaints).toEqual([]);
});

/** What sticks out of a narrow page and cannot be scrolled to, and text that is too small; run in the browser. */
const layoutScript = `(() => {
  const scrolls = (element) =>
    element !== null && (getComputedStyle(element).overflowX !== 'visible' || scrolls(element.parentElement));
  const outside = [...document.querySelectorAll('body *')].filter(
    (element) => element.getBoundingClientRect().right > innerWidth + 1 && !scrolls(element),
  );
  const small = [...document.querySelectorAll('p, li, td')].filter(
    (element) => Number.parseFloat(getComputedStyle(element).fontSize) < 12,
  );
  return { width: document.documentElement.scrollWidth, outside: outside.length, small: small.length };
})()`;

test.each(pages)('%s is readable at 400 px, and complains of nothing', async (name) => {
  await page.setViewportSize({ width: 400, height: 900 });
  await page.goto(`${stage.url}/docs/${name}`);
  if (name === 'index.html') await page.locator('.opblock-summary-control').first().click();
  await page.waitForSelector(name === 'index.html' ? '.parameters' : 'h1');
  const layout = await page.evaluate(layoutScript);
  expect(layout).toEqual({ width: 400, outside: 0, small: 0 });
  expect(complaints).toEqual([]);
  if (name !== 'index.html') return;
  // Another caller sees what that caller may see.
  await page.locator('#caller').selectOption('local-auditor');
  await page.getByRole('button', { name: 'Execute' }).click();
  await page.waitForSelector('.live-responses-table .response-col_status:text-is("404")', { timeout: 60_000 });
});

test('npm run docs writes a folder that a browser opens as it is, and that sends nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'docs of a stage '));
  const places = ['--url', 'https://api.example.com/uat', '--token-url', 'https://token.example.com/oauth2/token'];
  execFileSync(process.execPath, [join(root, 'infra/commands/docs.ts'), '--out', folder, ...places]);
  for (const name of pages.slice(1)) {
    await page.goto(pathToFileURL(join(folder, name)).href);
    await page.waitForSelector('h1');
  }
  await page.goto(pathToFileURL(join(folder, 'index.html')).href);
  await page.locator('.opblock-summary-control').first().click();
  await page.waitForSelector('.parameters');
  expect(await page.getByRole('button', { name: /Execute|Try it out/ }).count()).toBe(0);
  expect(await page.locator('.servers').innerText()).toContain('https://api.example.com/uat');
  expect(complaints).toEqual([]);
  rmSync(folder, { recursive: true });
});

test('a page of another name, and another caller, get no token', async () => {
  const statusOf = (host: string, caller: string) =>
    new Promise((resolve) => {
      const options = { method: 'POST', headers: { host } };
      request(`${stage.url}/docs/token?caller=${caller}`, options, ({ statusCode }) => resolve(statusCode)).end();
    });
  expect(await statusOf('evil.example', 'local-erp')).toBe(404);
  expect(await statusOf('127.0.0.1:1', 'nobody')).toBe(404);
  expect(await statusOf('localhost', 'local-erp')).toBe(200);
});
