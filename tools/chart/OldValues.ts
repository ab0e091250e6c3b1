/** Values that lack what this chart asks for: parents that are absent or null, and those of the first chart under `--reuse-values`. */
import { Effect } from "effect"
import { parse } from "yaml"
import { chart, chartValues, readChartFile } from "./Files.ts"
import { runHelm } from "./Helm.ts"
import { isObject, type Json, type JsonObject } from "./Json.ts"
import { type ChartOptions, trial, words } from "./Trial.ts"
import type { Value } from "./ValuesFile.ts"

const render = (helm: string, values: JsonObject) =>
  runHelm(helm, ["template", "orchestrator", chart, "--namespace", "orchestrator", "--kube-version", "1.31.0"], values)

/** `{a: {b: value}}` for `a.b`. */
const nested = (path: string, value: Json): JsonObject =>
  path.split(".").reduceRight<Json>((inner, key) => ({ [key]: inner }), value) as JsonObject

const groupsIn = (values: ReadonlyArray<Value>): ReadonlyArray<string> =>
  values.flatMap(({ children, path }) => children.length === 0 ? [] : [path, ...groupsIn(children)])

/** What an upgrade that reuses the values of an older chart is given: nothing of what that chart did not have. */
const withoutNews = (values: ReadonlyArray<Value>, old: JsonObject): JsonObject =>
  Object.fromEntries(values.flatMap(({ children, key }): ReadonlyArray<readonly [string, Json]> => {
    const before = old[key]
    if (before === undefined) return [[key, null]]
    return isObject(before) && children.length > 0
      ? [[key, { ...before, ...withoutNews(children, before) }]]
      : [[key, before]]
  }))

/** Trials of such values. A parent that is null is as if nobody had named it. */
export const oldValuesProblems = Effect.fn("oldValuesProblems")(function*({ helm }: ChartOptions) {
  const values = yield* chartValues
  const seed: unknown = parse(yield* readChartFile("test/values/seed.yaml"))
  const usual = yield* render(helm, {})
  const silent = trial("helm template says nothing but the objects", usual.stderr === "" ? undefined : usual.stderr)
  const nulls = yield* Effect.forEach(
    groupsIn(values),
    (path) =>
      Effect.map(render(helm, nested(path, null)), ({ ok, stderr, stdout }) =>
        trial(
          `${path}: null`,
          !ok ? words(stderr) : isAlike(path, stdout, usual.stdout) ? undefined : "renders otherwise"
        ))
  )
  const nothing = yield* render(helm, Object.fromEntries(values.map(({ key }) => [key, null])))
  const reused = yield* render(helm, withoutNews(values, isObject(seed) ? seed : {}))
  return [
    silent,
    ...nulls,
    trial("every value null", nothing.ok ? undefined : words(nothing.stderr)),
    trial("the first chart's values, reused", reused.ok ? undefined : words(reused.stderr))
  ]
})

/** Lists and maps that the first chart had are taken away by null, and then missing. */
const removable = new Set(["resources", "podSecurityContext", "securityContext"])

const isAlike = (path: string, found: string, usual: string): boolean =>
  [...removable].some((each) => path === each || path.startsWith(`${each}.`)) || found === usual
