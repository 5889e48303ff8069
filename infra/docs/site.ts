import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { marked } from 'marked';
import { openApiDocument } from '../../lib/api/openapi.ts';
import { type Places, withPlaces } from '../../lib/api/places.ts';
import { examples } from '../../lib/api/routes/examples.ts';
import { type PracticeWords, practiceCompany, practiceWords } from '../../lib/api/routes/practice.ts';
import { glossaryPage } from './glossary-page.ts';
import { escaped, type PageName, pageOf, tableOf, textOf } from './html.ts';

export type DocsFile = { readonly type: string; readonly body: string | Buffer };
export type DocsOptions = {
  readonly places: Places;
  /** The callers of a local stage, whose calls can be tried. @default none: a static folder, where nothing is sent */
  readonly callers?: readonly string[];
};

const viewer = createRequire(import.meta.url).resolve('swagger-ui-dist/package.json');
const own = (...path: string[]) => readFileSync(join(import.meta.dirname, ...path), 'utf8');
const vendored = (name: string) => readFileSync(join(viewer, '..', name));
const script = 'text/javascript; charset=utf-8';
const style = 'text/css; charset=utf-8';

/** Every file of the documentation by its name: reference, guides and glossary. Nothing in them comes from elsewhere. */
export function docsSite({ places, callers = [] }: DocsOptions): ReadonlyMap<string, DocsFile> {
  const document = withPlaces(JSON.stringify(openApiDocument()), places);
  // `<` is escaped: a text of the document must not end the script.
  const data = `window.contract = ${document.replaceAll('<', '\\u003c')};\nwindow.local = ${callers.length > 0};\n`;
  const pages: readonly (readonly [PageName, string])[] = [
    ['index.html', reference(callers)],
    ['integrate.html', guide('integrate.md')],
    ['moving-over.html', guide('moving-over.md')],
    ['glossary.html', glossaryPage()],
  ];
  return new Map<string, DocsFile>([
    ...pages.map(
      ([name, content]) => [name, { type: 'text/html; charset=utf-8', body: pageOf(name, content) }] as const,
    ),
    ['openapi.json', { type: 'application/json', body: document }],
    ['contract.js', { type: script, body: data }],
    ['docs.js', { type: script, body: own('page', 'docs.js') }],
    ['docs.css', { type: style, body: own('page', 'docs.css') }],
    ['swagger-ui-bundle.js', { type: script, body: vendored('swagger-ui-bundle.js') }],
    ['swagger-ui.css', { type: style, body: vendored('swagger-ui.css') }],
    ['swagger-ui-license.txt', { type: 'text/plain; charset=utf-8', body: vendored('LICENSE') }],
  ]);
}

function reference(callers: readonly string[]): string {
  const options = callers.map((name) => `<option>${escaped(name)}</option>`).join('');
  return `<p class="at-hand" hidden>Calls can be tried here: <b>Execute</b> sends with a token of
<label>caller <select id="caller">${options}</select></label>.</p>
<div id="reference"></div>
<script src="contract.js"></script>
<script src="swagger-ui-bundle.js"></script>
<script src="docs.js"></script>`;
}

/** A guide as HTML: its programs are the files that a test executes, its examples those of the document. */
function guide(name: string): string {
  const whole = own('guides', name).replace(/\{\{(\w+)(?: ([\w.]+))?\}\}/g, (_, kind, argument) =>
    included(kind, argument),
  );
  return marked
    .parse(whole, { async: false })
    .replaceAll('<table>', '<div class="table" tabindex="0" role="region" aria-label="Table"><table>')
    .replaceAll('</table>', '</table></div>')
    .replaceAll('<pre>', '<pre tabindex="0">');
}

function included(kind: string, argument: string): string {
  if (kind === 'program') return `\`\`\`\n${own('programs', argument)}\`\`\``;
  if (kind === 'example') return `\`\`\`json\n${JSON.stringify(examples[argument]?.body, null, 2)}\n\`\`\``;
  if (argument === 'company') return `\`${practiceCompany}\``;
  const rows = Object.entries<PracticeWords>(practiceWords).map(([id, { what, code }]) => [
    `<code>${id}</code>`,
    textOf(what),
    code ? `<code>${code}</code>` : 'the account',
  ]);
  return tableOf(['cardAccountId', 'what happens', 'answer'], rows);
}
