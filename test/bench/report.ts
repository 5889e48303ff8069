import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

import { median, quantile } from './median.ts';

type Cell = string | number;

/** Text and tables, printed at the end and kept in a file when that is asked for. */
export function createReport(title: string) {
  const parts: string[] = [];
  const goals: Cell[][] = [];
  const drawings: [file: string, svg: string][] = [];
  const table = (heads: readonly string[], rows: readonly (readonly Cell[])[]): void => {
    const line = (cells: readonly Cell[]) => `| ${cells.join(' | ')} |`;
    parts.push([line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n'));
  };
  return {
    table,
    text: (text: string): void => void parts.push(text),
    atMost: (id: string, what: string, value: number | readonly number[], limit: number): void =>
      void goals.push([
        id,
        what,
        ...measuredOf(value),
        `at most ${limit}`,
        middleOf(value) <= limit ? 'met' : 'MISSED',
      ]),
    atLeast: (id: string, what: string, value: number | readonly number[], limit: number): void =>
      void goals.push([
        id,
        what,
        ...measuredOf(value),
        `at least ${limit}`,
        middleOf(value) >= limit ? 'met' : 'MISSED',
      ]),
    /** A drawing, kept when the report is. */
    draw: (file: string, svg: string): void => void drawings.push([file, svg]),
    /** @param file beside this one; undefined only prints */
    finish(file: string | undefined): void {
      table(['goal', '', 'measured', 'spread', 'wanted', ''], goals);
      const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
      const [{ model } = { model: 'unknown CPU' }] = cpus();
      const where = `${new Date().toISOString().slice(0, 10)}, commit ${commit}, Node ${process.version}, ${cpus().length} x ${model}.`;
      const text = `${[`# ${title}`, where, ...parts].join('\n\n')}\n`;
      console.log(text);
      if (file === undefined) return;
      for (const [name, content] of [[file, text], ...drawings] as const) {
        writeFileSync(join(import.meta.dirname, name), content);
      }
    },
  };
}
export type Report = ReturnType<typeof createReport>;

const middleOf = (value: number | readonly number[]): number => (typeof value === 'number' ? value : median(value));

/** One figure as it is; several as their median and the middle half of them. */
function measuredOf(value: number | readonly number[]): readonly [Cell, Cell] {
  if (typeof value === 'number') return [rounded(value), ''];
  return [rounded(median(value)), spreadOf(value)];
}

export const spreadOf = (values: readonly number[]): string =>
  `${rounded(quantile(values, 0.25))} to ${rounded(quantile(values, 0.75))}`;

const rounded = (value: number): number => Number(value.toPrecision(3));
