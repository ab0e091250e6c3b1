/**
 * Lays a list over another whose items are told apart: items of both are merged and stand in the order of the list on top, the others
 * stay where they were among them. The order is that of Kubernetes' structured-merge-diff.
 */
export const mergeOrdered = (
  below: ReadonlyArray<unknown>,
  above: ReadonlyArray<unknown>,
  idOf: (item: unknown) => string,
  merge: (below: unknown, above: unknown) => unknown
): ReadonlyArray<unknown> => {
  const low = below.map((item) => ({ id: idOf(item), item }))
  const high = above.map((item) => ({ id: idOf(item), item }))
  const lowById = new Map(low.map(({ id, item }) => [id, item]))
  const highIds = new Set(high.map(({ id }) => id))
  const shared = high.filter(({ id }) => lowById.has(id)).map(({ id }) => id)
  const merged: Array<unknown> = []
  const done = new Set<string>()
  let nextShared = 0
  let l = 0
  for (const { id, item } of high) {
    for (let each = low[l]; each !== undefined && each.id !== id; each = low[l]) {
      const isShared = highIds.has(each.id)
      if (isShared && !done.has(each.id) && each.id === shared[nextShared]) break
      if (!isShared) merged.push(each.item)
      l++
    }
    if (low[l]?.id === id) l++
    merged.push(lowById.has(id) ? merge(lowById.get(id), item) : item)
    done.add(id)
    if (shared[nextShared] === id) nextShared++
  }
  for (const { id, item } of low.slice(l)) if (!highIds.has(id)) merged.push(item)
  return merged
}
