/**
 * Field numbers of the Kubernetes messages that clients send, of every kind that is served; tools/kube/messages.ts makes the table from
 * Kubernetes' Go types. Each field: number, JSON name, type. `[]` repeats, `{}` is a map of texts to the type, `...` puts the fields of a
 * message in place of it, `?` keeps zero and empty values, which are otherwise what Go writes for absent ones.
 */
import messages from "./messages.json" with { type: "json" }

const tables: Readonly<Record<string, string>> = messages

export interface Field {
  readonly name: string
  /** string, bytes, int, double, bool, a type that Go writes in a way of its own (Protobuf.ts), or the name of a message. */
  readonly type: string
  readonly shape: "one" | "list" | "map" | "inline"
  readonly keepsZero: boolean
}

export type Message = ReadonlyMap<number, Field>

const fieldOf = (text: string): readonly [number, Field] => {
  const [number = "", name = "", written = ""] = text.trim().split(/\s+/)
  const shape = written.endsWith("[]")
    ? "list"
    : written.endsWith("{}")
    ? "map"
    : written.startsWith("...")
    ? "inline"
    : "one"
  return [Number(number), {
    name,
    type: written.replace(/\.\.\.|\[\]|\{\}|\?/g, ""),
    shape,
    keepsZero: written.endsWith("?")
  }]
}

const parsed = new Map<string, Message>()

/** The fields of a message; undefined where it is not in the table. */
export const messageOf = (name: string): Message | undefined => {
  const known = parsed.get(name)
  if (known !== undefined) return known
  const table = Object.hasOwn(tables, name) ? tables[name] : undefined
  if (table === undefined) return undefined
  const message = new Map(table.split(",").filter((text) => text.trim() !== "").map(fieldOf))
  parsed.set(name, message)
  return message
}
