import list from './prices.json' with { type: 'json' };

/** A price of prices.json, US dollars. An orientation: the bill is AWS's. */
export function price(name: keyof typeof list.prices): number {
  return list.prices[name].each;
}

/** When the prices were noted, and of which region. */
export const pricesNoted = `list prices of ${list.region} as noted on ${list.noted} (infra/stage/prices.json)`;
