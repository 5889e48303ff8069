const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character] ?? '');

/** A text whose `code` is marked as in Markdown. */
export const textOf = (text: string): string => escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');

/** A table that scrolls by itself where the page is narrow. */
export function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (tag: string, cells: readonly string[]) =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  const body = rows.map((cells) => row('td', cells)).join('\n');
  return `<div class="table" tabindex="0" role="region" aria-label="${heads.join(', ')}"><table><thead>${row('th', heads)}</thead><tbody>${body}</tbody></table></div>`;
}

const pages = {
  'index.html': 'Reference',
  'integrate.html': 'Integrate in an afternoon',
  'moving-over.html': 'Moving over from EnKash',
  'glossary.html': 'Glossary',
} as const;
export type PageName = keyof typeof pages;

/** A whole page around its content. */
export function pageOf(name: PageName, content: string): string {
  const links = Object.entries(pages).map(
    ([file, title]) => `<a href="${file}"${file === name ? ' aria-current="page"' : ''}>${title}</a>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${pages[name]} – EnKash Card Accounts</title>
${name === 'index.html' ? '<link rel="stylesheet" href="swagger-ui.css">\n' : ''}<link rel="stylesheet" href="docs.css">
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header><strong>EnKash Card Accounts</strong><nav aria-label="Pages">${links.join(' ')}</nav></header>
<main id="content"${name === 'index.html' ? '' : ' class="guide"'}>
${content}
</main>
</body>
</html>
`;
}
