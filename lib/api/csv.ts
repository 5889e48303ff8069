/**
 * A column of a CSV: its header, and a row's cell. `text` is quoted where it must be, and guarded against formulas; `plain`
 * is what we wrote ourselves (amounts, instants, counts) and is never changed.
 */
export type Column<Row> = {
  readonly name: string;
  readonly kind: 'text' | 'plain';
  readonly value: (row: Row) => string | number | null | undefined;
};

/** RFC 4180 with a byte order mark, without which a spreadsheet takes UTF-8 for another encoding. */
export function csvText<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const header = columns.map(({ name }) => escaped(name)).join(',');
  const lines = rows.map((row) => columns.map((column) => cell(column, row)).join(','));
  return `\uFEFF${[header, ...lines].map((line) => `${line}\r\n`).join('')}`;
}

function cell<Row>({ kind, value }: Column<Row>, row: Row): string {
  const text = `${value(row) ?? ''}`;
  return kind === 'text' ? escaped(withoutFormula(text)) : text;
}

/** A spreadsheet would run what begins like this. OWASP, "CSV Injection". */
function withoutFormula(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function escaped(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
