import { median } from './median.ts';
import type { Round, Start } from './rounds.ts';
import { variantNames } from './variants.ts';

const BAR = 16;
const LEFT = 90;
const WIDTH = 480;
const RIGHT = 80;

type Group = { readonly cpu: string; readonly starts: readonly Round<Start>[] };

/** One SVG of all starts: init, then the first call, one bar for each variant; ours is drawn darker. */
export function drawStarts(groups: readonly Group[]): string {
  const parts: string[] = [];
  let y = 24;
  for (const { cpu, starts } of groups) {
    const bars = variantNames.map((name) => {
      const of = (field: keyof Start) => median(starts.map((round) => round[name][field]));
      return { name, init: of('initMs'), first: of('firstMs') };
    });
    const scale = WIDTH / Math.max(...bars.map(({ init, first }) => init + first));
    parts.push(text(LEFT, y, `Time to first answer, ms: ${cpu}`, 'font-weight="bold"'));
    y += 8;
    for (const { name, init, first } of bars) {
      const [dark, light] = name === 'ours' ? ['#1b5e20', '#66bb6a'] : ['#455a64', '#b0bec5'];
      const split = LEFT + init * scale;
      parts.push(
        text(LEFT - 8, y + 12, name, 'text-anchor="end"'),
        `<rect x="${LEFT}" y="${y}" width="${(init * scale).toFixed(1)}" height="${BAR - 4}" fill="${dark}"/>`,
        `<rect x="${split.toFixed(1)}" y="${y}" width="${(first * scale).toFixed(1)}" height="${BAR - 4}" fill="${light}"/>`,
        text(LEFT + (init + first) * scale + 6, y + 10, `${(init + first).toFixed()}`),
      );
      y += BAR;
    }
    y += 30;
  }
  parts.push(text(LEFT, y - 8, 'dark: init; light: first call'));
  const [width, height] = [LEFT + WIDTH + RIGHT, y + 4];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img" aria-label="Time to first answer by variant">
<rect width="100%" height="100%" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}

function text(x: number, y: number, words: string, more = ''): string {
  return `<text x="${x.toFixed(1)}" y="${y}" fill="#222" ${more}>${words}</text>`;
}
