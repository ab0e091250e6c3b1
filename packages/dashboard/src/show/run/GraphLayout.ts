/**
 * Places of the runs of a small graph, what comes first on the left: the column of a run is the longest way to it. Whatever the edges are
 * (circles, unknown names, twice the same), every node has one place. Pure.
 */
export interface GraphEdge {
  /** Comes first. */
  readonly from: string
  readonly to: string
}

export interface Placed {
  readonly id: string
  readonly column: number
  readonly row: number
}

export interface GraphLayout {
  readonly nodes: ReadonlyArray<Placed>
  readonly edges: ReadonlyArray<{ readonly from: Placed; readonly to: Placed }>
  readonly columns: number
  readonly rows: number
}

/** Column by node; an edge that closes a circle does not count. */
const columnsOf = (ids: ReadonlyArray<string>, edges: ReadonlyArray<GraphEdge>): ReadonlyMap<string, number> => {
  const before = Map.groupBy(edges, ({ to }) => to)
  const columns = new Map<string, number>()
  const open = new Set<string>()
  const columnOf = (id: string): number => {
    const known = columns.get(id)
    if (known !== undefined) return known
    open.add(id)
    const ways = (before.get(id) ?? []).flatMap(({ from }) => open.has(from) ? [] : [columnOf(from) + 1])
    open.delete(id)
    const column = Math.max(0, ...ways)
    columns.set(id, column)
    return column
  }
  ids.forEach(columnOf)
  return columns
}

/** Near to what they depend on: by the middle of the rows before. */
const ordered = (
  ids: ReadonlyArray<string>,
  edges: ReadonlyArray<GraphEdge>,
  rows: ReadonlyMap<string, number>
): ReadonlyArray<string> => {
  const middle = (id: string): number => {
    const placed = edges.flatMap(({ from, to }) => to === id ? rows.get(from) ?? [] : [])
    return placed.length === 0 ? 0 : placed.reduce((sum, row) => sum + row, 0) / placed.length
  }
  return ids.map((id) => ({ id, middle: middle(id) }))
    .toSorted((left, right) => left.middle - right.middle)
    .map(({ id }) => id)
}

export const layoutGraph = (names: ReadonlyArray<string>, given: ReadonlyArray<GraphEdge>): GraphLayout => {
  const ids = [...new Set(names)]
  const known = new Set(ids)
  const edges = [...new Map(given.map((edge) => [JSON.stringify([edge.from, edge.to]), edge])).values()]
    .filter(({ from, to }) => from !== to && known.has(from) && known.has(to))
  const columns = columnsOf(ids, edges)
  const rows = new Map<string, number>()
  const count = Math.max(-1, ...columns.values()) + 1
  const nodes = Array.from({ length: count }, (_, column) => {
    const here = ordered(ids.filter((id) => columns.get(id) === column), edges, rows)
    return here.map((id, row): Placed => {
      rows.set(id, row)
      return { id, column, row }
    })
  }).flat()
  const placed = new Map(nodes.map((node) => [node.id, node]))
  return {
    nodes,
    edges: edges.flatMap(({ from, to }) => {
      const [start, end] = [placed.get(from), placed.get(to)]
      return start === undefined || end === undefined ? [] : [{ from: start, to: end }]
    }),
    columns: count,
    rows: Math.max(0, ...Array.from(rows.values(), (row) => row + 1))
  }
}
