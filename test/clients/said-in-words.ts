/**
 * Why a request that fits the schema may still be 400: what one schema for each parameter cannot say. Each stands in the
 * words of the document, and nothing else may be refused.
 */
export const saidInWords: readonly { readonly message: RegExp; readonly words: RegExp }[] = [
  { message: /^is not a cursor of ours$/, words: /Another text is 400/ },
  { message: /^is of another interval$/, words: /is of its own interval/ },
  { message: /^excludes from and to$/, words: /excludes from and to\./ },
  { message: /^does not go with view=full$/, words: /does not go with `view=full`/ },
  { message: /^excludes from, to, interval and cursor$/, words: /excludes from, to, interval and cursor/ },
  { message: /^must lie between 2020 and 2100$/, words: /from 2020 on/ },
  { message: /^must not be in the future$/, words: /not in the future/ },
  { message: /^must not be before from$/, words: /not before `from`|as `from`, and not before it/ },
  { message: /^must be at most \d+ days after from$/, words: /has at most 92 days, one of days at most 3660/ },
  { message: /^must be at most 100, or 500 with /, words: /at most 100 .*or 500 .*with `Accept: text\/csv`/ },
  { message: /^must not be less than below$/, words: /never less than `below`/ },
];
