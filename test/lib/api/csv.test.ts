import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Column, csvText } from '../../../lib/api/csv.ts';

type Row = { readonly title: string | null; readonly amount: string | null; readonly count?: number };
const columns: readonly Column<Row>[] = [
  { name: 'title', kind: 'text', value: ({ title }) => title },
  { name: 'amount', kind: 'plain', value: ({ amount }) => amount },
  { name: 'count', kind: 'plain', value: ({ count }) => count },
];

/** A reader of RFC 4180 that shares nothing with the writer. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quoted && character === '"' && text[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (character === '"') quoted = !quoted;
    else if (!quoted && character === ',') {
      row.push(cell);
      cell = '';
    } else if (!quoted && character === '\r' && text[at + 1] === '\n') {
      rows.push([...row, cell]);
      row = [];
      cell = '';
      at += 1;
    } else cell += character;
  }
  return rows;
}

describe('a CSV', () => {
  test('has a byte order mark, one header line, and every line ended', () => {
    const rows = [
      { title: 'Reward', amount: '-1250.75', count: 3 },
      { title: null, amount: null },
    ];
    expect(csvText(columns, rows)).toBe('\uFEFFtitle,amount,count\r\nReward,-1250.75,3\r\n,,\r\n');
    expect(csvText(columns, [])).toBe('\uFEFFtitle,amount,count\r\n');
  });

  test('quotes what RFC 4180 says, and only that', () => {
    expect(csvText(columns, [{ title: 'a "b", c\nd', amount: '1.00' }])).toContain('"a ""b"", c\nd",1.00,\r\n');
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '-1250.75'])('lets no text be a formula: %j', (title) => {
    const [, row] = parse(csvText(columns, [{ title, amount: title }]).slice(1));
    expect(row).toEqual([`'${title}`, title, '']);
  });

  test('is read back as it was written, amounts to the digit', () => {
    const texts = fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => !/^[=+\-@\t\r]/.test(text));
    const amounts = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }).map((paise) => `${paise}.00`);
    fc.assert(
      fc.property(fc.array(fc.record({ title: texts, amount: amounts })), (rows) => {
        const [, ...read] = parse(csvText(columns, rows).slice(1));
        expect(read).toEqual(rows.map(({ title, amount }) => [title, amount, '']));
      }),
    );
  });
});
