/** What is made from chart/values.yaml: the JSON schema that Helm checks, the values that the notes know, the README's table. Pure. */
import type { Json, JsonObject } from "./Json.ts"
import type { Value } from "./ValuesFile.ts"

const typeOf = (value: Json): string => {
  if (Array.isArray(value)) return "array"
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number"
  return value === null ? "null" : typeof value
}

const isGroup = ({ children }: Value) => children.length > 0

/** Defaults stay in values.yaml alone: Helm does not read them from a schema. */
const schemaOf = (value: Value): JsonObject => ({
  type: typeOf(value.default),
  ...(value.description === "" ? {} : { description: value.description }),
  ...(isGroup(value) ? { properties: propertiesOf(value.children) } : {}),
  ...value.schema
})

const propertiesOf = (values: ReadonlyArray<Value>): JsonObject =>
  Object.fromEntries(values.map((value) => [value.key, schemaOf(value)]))

/** `values.schema.json`. Unknown keys pass, so that old values files work; the notes name them. */
export const valuesSchema = (values: ReadonlyArray<Value>): string =>
  `${
    JSON.stringify(
      {
        $schema: "http://json-schema.org/draft-07/schema#",
        title: "Values of the orchestrator's chart",
        type: "object",
        properties: propertiesOf(values)
      },
      null,
      2
    )
  }\n`

/** A described group is a value of its own: what is below it is Kubernetes' to know. */
const isKnownWhole = (value: Value) => !isGroup(value) || value.description !== ""

/** `files/known-values.yaml`: `group` for what has values below it, `value` for the rest. */
export const knownValues = (values: ReadonlyArray<Value>): string => {
  const lines = (each: ReadonlyArray<Value>): ReadonlyArray<string> =>
    each.flatMap((value) =>
      isKnownWhole(value) ? [`${value.path}: value`] : [`${value.path}: group`, ...lines(value.children)]
    )
  return `# Made from values.yaml: npm run chart:test -- --update\n${lines(values).join("\n")}\n`
}

/** `files/default-values.yaml`: the defaults, for releases whose values are of an older chart (`helm upgrade --reuse-values`). */
export const defaultValues = (values: ReadonlyArray<Value>): string => {
  const defaults = (each: ReadonlyArray<Value>): Readonly<Record<string, Json>> =>
    Object.fromEntries(each.map((value) => {
      const name = value.path.slice(value.path.lastIndexOf(".") + 1)
      return [name, isKnownWhole(value) ? value.default : defaults(value.children)]
    }))
  return `# Made from values.yaml: npm run chart:test -- --update\n${JSON.stringify(defaults(values), undefined, 2)}\n`
}

const cell = (text: string) => text.replaceAll("|", "\\|")

const shown = (value: Json): string => {
  const text = JSON.stringify(value)
  return text.length <= 60 ? `\`${cell(text)}\`` : "see values.yaml"
}

/** The rows of the README's table, as dprint lays them out. */
export const valuesTable = (values: ReadonlyArray<Value>): string => {
  const rows = flattenWhole(values).map((value) => [`\`${value.path}\``, cell(value.description), shown(value.default)])
  const table = [["Value", "Meaning", "Default"], ...rows]
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => [...(row[column] ?? "")].length)))
  const line = (row: ReadonlyArray<string>) =>
    `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(" | ")} |`
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`
  return [line(table[0] ?? []), rule, ...table.slice(1).map(line)].join("\n")
}

const flattenWhole = (values: ReadonlyArray<Value>): ReadonlyArray<Value> =>
  values.flatMap((value) => (isKnownWhole(value) ? [value] : flattenWhole(value.children)))

const begin = "<!-- values: made from values.yaml by npm run chart:test -- --update -->"
const end = "<!-- end of values -->"

/** The README with its table as it is now. */
export const withTable = (readme: string, values: ReadonlyArray<Value>): string => {
  const [before, rest] = readme.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) return readme
  return `${before}${begin}\n\n${valuesTable(values)}\n\n${end}${after}`
}

/** Sections whose values are keys of config.yaml under the same path. */
const sameSections = new Set([
  "job",
  "agent",
  "permissions",
  "telemetry",
  "storage",
  "history",
  "cleanup",
  "kueue",
  "retry",
  "limits",
  "budgets",
  "profiles",
  "triggers",
  "notifications",
  "git",
  "model",
  "forge",
  "github",
  "evidence",
  "models",
  "leaderElection",
  "shard",
  "watchNamespaces",
  "auth",
  "dashboard"
])

/** The key of config.yaml that a value sets, if it sets one; `"x-config": null` says that it sets none. */
const configKey = ({ path, schema }: Value): string | undefined => {
  const named = schema["x-config"]
  if (typeof named === "string") return named
  if (named === null) return undefined
  return sameSections.has(path.split(".")[0] ?? "") ? path : undefined
}

/** The values that set a key of config.yaml. */
export const configValues = (values: ReadonlyArray<Value>): ReadonlyArray<Value> =>
  flattenWhole(values).filter((value) => configKey(value) !== undefined)

/** The keys of config.yaml that values set. */
export const configKeys = (values: ReadonlyArray<Value>): ReadonlySet<string> =>
  new Set(configValues(values).map((value) => configKey(value) ?? ""))
