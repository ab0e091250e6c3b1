/** Sums by key; of what has come to nothing none is kept, since there are ever new keys. */
export const addTo = (sums: Map<string, number>, key: string, by: number): void => {
  const sum = (sums.get(key) ?? 0) + by
  if (sum === 0) sums.delete(key)
  else sums.set(key, sum)
}
