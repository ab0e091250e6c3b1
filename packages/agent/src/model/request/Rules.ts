/** What becomes of a part of a request: one table a dialect and kind of part, a reason per row. docs/guides/model-requests.md prints them. */
export type Treatment = "allowed" | "dropped" | "refused"

export interface Row {
  readonly treatment: Treatment
  readonly reason: string
}

export type Rows = Readonly<Record<string, Row>>

/** It goes on. */
export const allowed = (reason: string): Row => ({ treatment: "allowed", reason })
/** It is left out without a word. */
export const dropped = (reason: string): Row => ({ treatment: "dropped", reason })
/** The request is answered with the reason. */
export const refused = (reason: string): Row => ({ treatment: "refused", reason })

/** What part of a table speaks of a name; `*` stands for any end. */
export const rowOf = (rows: Rows, name: string): Row | undefined => {
  const own = Object.hasOwn(rows, name) ? rows[name] : undefined
  if (own !== undefined) return own
  const pattern = Object.keys(rows).find((key) => key.endsWith("*") && name.startsWith(key.slice(0, -1)))
  return pattern === undefined ? undefined : rows[pattern]
}
