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
  return svg(LEFT + WIDTH + RIGHT, y + 4, 'Time to first answer by variant', parts);
}

/** A job at one size: CPU an account in microseconds, memory at its highest and as it is set in MB. */
export type Scaled = {
  readonly kind: string;
  readonly accounts: number;
  readonly cpuMicros: number;
  readonly peakMb: number;
  readonly memoryMb: number;
};

/** One SVG of the jobs: a cost that is linear keeps the left bar as long, or shorter, while the accounts grow. */
export function drawScale(jobs: readonly Scaled[]): string {
  const parts: string[] = [];
  const [half, right] = [WIDTH / 2 - 40, LEFT + WIDTH / 2 + 40];
  let y = 24;
  for (const [kind, sizes] of Map.groupBy(jobs, (job) => job.kind)) {
    const most = Math.max(...sizes.map(({ cpuMicros }) => cpuMicros));
    parts.push(
      text(LEFT, y, `${kind}: CPU an account, microseconds`, 'font-weight="bold"'),
      text(right, y, `memory, MB of ${sizes[0]?.memoryMb}`, 'font-weight="bold"'),
    );
    y += 8;
    for (const { accounts, cpuMicros, peakMb, memoryMb } of sizes) {
      parts.push(
        text(LEFT - 8, y + 12, accounts.toLocaleString('en'), 'text-anchor="end"'),
        ...bar(LEFT, y, (half * cpuMicros) / most, '#455a64', `${cpuMicros}`),
        `<rect x="${right}" y="${y}" width="${half}" height="${BAR - 4}" fill="#eceff1"/>`,
        ...bar(right, y, (half * peakMb) / memoryMb, '#1b5e20', `${peakMb}`),
      );
      y += BAR;
    }
    y += 30;
  }
  return svg(LEFT + WIDTH + RIGHT, y, 'CPU and memory of the jobs by accounts', parts);
}

function bar(x: number, y: number, width: number, fill: string, words: string): readonly string[] {
  return [
    `<rect x="${x}" y="${y}" width="${width.toFixed(1)}" height="${BAR - 4}" fill="${fill}"/>`,
    text(x + width + 6, y + 10, words),
  ];
}

function svg(width: number, height: number, label: string, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img" aria-label="${label}">
<rect width="100%" height="100%" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}

function text(x: number, y: number, words: string, more = ''): string {
  return `<text x="${x.toFixed(1)}" y="${y}" fill="#222" ${more}>${words}</text>`;
}
