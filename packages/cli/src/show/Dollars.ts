/** Money as people read it: cents, and the first two digits of what is less. */
export const dollars = (usd: number): string => `$${usd >= 0.01 || usd === 0 ? usd.toFixed(2) : usd.toPrecision(2)}`
