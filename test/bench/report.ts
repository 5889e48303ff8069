import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

type Cell = string | number;

/** Text and tables, printed at the end and kept in a file when that is asked for. */
export function createReport(title: string) {
  const parts: string[] = [];
  const goals: Cell[][] = [];
  const table = (heads: readonly string[], rows: readonly (readonly Cell[])[]): void => {
    const line = (cells: readonly Cell[]) => `| ${cells.join(' | ')} |`;
    parts.push([line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n'));
  };
  return {
    table,
    text: (text: string): void => void parts.push(text),
    atMost: (id: string, what: string, value: number, limit: number): void =>
      void goals.push([id, what, rounded(value), `at most ${limit}`, value <= limit ? 'met' : 'MISSED']),
    atLeast: (id: string, what: string, value: number, limit: number): void =>
      void goals.push([id, what, rounded(value), `at least ${limit}`, value >= limit ? 'met' : 'MISSED']),
    /** @param file beside this one; undefined only prints */
    finish(file: string | undefined): void {
      table(['goal', '', 'measured', 'wanted', ''], goals);
      const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
      const [{ model } = { model: 'unknown CPU' }] = cpus();
      const where = `${new Date().toISOString().slice(0, 10)}, commit ${commit}, Node ${process.version}, ${cpus().length} x ${model}.`;
      const text = `${[`# ${title}`, where, ...parts].join('\n\n')}\n`;
      console.log(text);
      if (file !== undefined) writeFileSync(join(import.meta.dirname, file), text);
    },
  };
}
export type Report = ReturnType<typeof createReport>;

const rounded = (value: number): number => Number(value.toPrecision(3));
