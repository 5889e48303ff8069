import type { Page } from './types.ts';

/** All items, one after the other; pages are fetched when they are reached. */
export type Pages<Item, P extends Page<Item> = Page<Item>> = AsyncIterable<Awaited<Item>> & {
  /** Page by page, with what a page says of itself: its coverage, or the cursor to keep. */
  readonly pages: () => AsyncIterable<P>;
};

/** @param read one page; the first one without a cursor */
export function pagesOf<Item, P extends Page<Item>>(read: (cursor: string | undefined) => Promise<P>): Pages<Item, P> {
  async function* pages() {
    let cursor: string | undefined;
    do {
      const page = await read(cursor);
      yield page;
      // A cursor that leads to itself would never end.
      if (page.nextCursor !== null && page.nextCursor === cursor) throw new Error('The pages go in a circle');
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
  }
  async function* items() {
    for await (const page of pages()) for (const item of page.items) yield item;
  }
  return { pages, [Symbol.asyncIterator]: items };
}
