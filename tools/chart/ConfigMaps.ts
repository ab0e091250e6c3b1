/** The two ConfigMaps that are the program's input: config.yaml as the program reads it, and the agent templates. */
import { formatProblem } from "@orchestrator/domain/Decode"
import { decodeConfig } from "@orchestrator/domain/OrchestratorConfig"
import { Effect, FileSystem, Path, Result } from "effect"
import { parse } from "yaml"
import { chart } from "./Files.ts"
import { isObject, type JsonObject, valueIn } from "./Json.ts"
import { findManifest } from "./Rendered.ts"

/** config.yaml of a rendering. */
export const configOf = (objects: ReadonlyArray<JsonObject>): JsonObject => {
  const text = valueIn(findManifest(objects, "ConfigMap/orchestrator-task-controller-config"), "data", "config.yaml")
  const config: unknown = typeof text === "string" ? parse(text) : undefined
  return isObject(config) ? config : {}
}

/** What the program has against a config.yaml. */
const refusalOf = (config: JsonObject) =>
  Result.match(decodeConfig(config), {
    onFailure: (problems) => problems.map(formatProblem),
    onSuccess: () => []
  })

/** Keys that have only one value that both chart and program know. */
const fixed = new Set(["auth.mode"])

/** Compares config.yaml of the defaults with that of values which differ from every default. */
export const configProblem = (
  plain: ReadonlyArray<JsonObject>,
  sampled: ReadonlyArray<JsonObject>,
  keys: ReadonlySet<string>
): string | undefined => {
  const [before, after] = [configOf(plain), configOf(sampled)]
  const at = (config: JsonObject, key: string) => JSON.stringify(valueIn(config, ...key.split(".")))
  const same = [...keys].filter((key) => !fixed.has(key) && at(before, key) === at(after, key))
  const problems = [
    ...same.map((key) => `${key} stays ${at(before, key)}`),
    ...refusalOf(before),
    ...refusalOf(after)
  ]
  return problems.length === 0 ? undefined : problems.join("; ")
}

/** Compares the ConfigMap of templates with the files. */
export const templatesProblem = Effect.fn("templatesProblem")(function*(objects: ReadonlyArray<JsonObject>) {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const root = join(chart, "claude-templates")
  const data = valueIn(findManifest(objects, "ConfigMap/orchestrator-claude-templates"), "data")
  const paths = (yield* fs.readDirectory(root, { recursive: true })).filter((path) => path.endsWith(".hbs"))
  const wrong = yield* Effect.filter(
    paths,
    (path) =>
      Effect.map(fs.readFileString(join(root, path)), (text) => valueIn(data, path.replaceAll("/", "_")) !== text)
  )
  const extra = isObject(data) ? Object.keys(data).length - paths.length : -paths.length
  if (paths.length === 0) return "there are none"
  return wrong.length === 0 && extra === 0 ? undefined : `differs: ${wrong.join(", ")} (${extra} more than files)`
})
