/** Costs in US dollars. */

/** `$0.0042`, `$1.37`, `$1,204.50`: two digits that say something, and cents at least. */
export const dollars = (usd: number): string => {
  const digits = usd !== 0 && Math.abs(usd) < 0.1 ? Math.min(6, 1 - Math.floor(Math.log10(Math.abs(usd)))) : 2
  return `$${usd.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: digits })}`
}
