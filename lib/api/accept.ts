/** Whether an Accept header prefers CSV to JSON (RFC 9110 section 12.5.1): by its quality, or else by its place. */
export function prefersCsv(accept: string | undefined): boolean {
  const ranges = (accept ?? '').split(',').map(rangeOf);
  const csv = ranges.find(({ type }) => type === 'text/csv')?.quality ?? 0;
  const json = ranges.find(({ type }) => type === 'application/json')?.quality ?? 0;
  return csv > 0 && csv >= json && (csv > json || indexOf(ranges, 'text/csv') < indexOf(ranges, 'application/json'));
}

type Range = { readonly type: string; readonly quality: number };

function rangeOf(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const stated = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  const quality = stated === undefined ? 1 : Number(stated);
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

function indexOf(ranges: readonly Range[], wanted: string): number {
  return ranges.findIndex(({ type }) => type === wanted);
}
