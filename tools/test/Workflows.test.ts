import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { fileURLToPath } from "node:url"
import { parse } from "yaml"
import { isObject, type JsonObject, valueIn } from "../chart/Json.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

const object = (value: unknown): JsonObject => (isObject(value) ? value : {})

layer(NodeServices.layer)("the release workflow", (it) => {
  const workflow = Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const text = yield* fs.readFileString(`${root}/.github/workflows/release.yml`)
    const parsed: unknown = parse(text, { strict: true, uniqueKeys: true })
    return { text, jobs: object(object(parsed)["jobs"]), scripts: object(yield* packageScripts) }
  })
  const packageScripts = Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const manifest: unknown = JSON.parse(yield* fs.readFileString(`${root}/package.json`))
    return object(manifest)["scripts"]
  })
  const stepsOf = (job: unknown): ReadonlyArray<JsonObject> => {
    const steps = object(job)["steps"]
    return Array.isArray(steps) ? steps.filter(isObject) : []
  }

  it.effect("has jobs that need only jobs that there are, each bounded in time", () =>
    Effect.gen(function*() {
      const { jobs } = yield* workflow
      assert.deepStrictEqual(Object.keys(jobs), ["test", "chaos", "image", "client", "executable", "chart"])
      for (const job of Object.values(jobs)) {
        for (const needed of [object(job)["needs"] ?? []].flat()) assert.property(jobs, String(needed))
        assert.isNumber(object(job)["timeout-minutes"])
        assert.isNotEmpty(stepsOf(job))
      }
    }))

  it.effect("runs scripts and files that there are", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { jobs, scripts } = yield* workflow
      const runs = Object.values(jobs).flatMap(stepsOf).map(({ run }) => String(run ?? ""))
      const named = runs.flatMap((run) => [...run.matchAll(/npm run (\S+)/g)].map(([, name = ""]) => name))
      assert.isNotEmpty(named)
      for (const name of named) assert.property(scripts, name)
      const commands = runs.map((run) => run.split(" ")[0] ?? "").filter((command) => command.includes("/"))
      assert.deepStrictEqual(commands, ["bench/chaos"])
      for (const command of commands) assert.isTrue(yield* fs.exists(`${root}/${command}`))
      const matrix = valueIn(jobs["image"], "strategy", "matrix", "include")
      for (const entry of Array.isArray(matrix) ? matrix : []) {
        assert.isTrue(yield* fs.exists(`${root}/${String(object(entry)["file"])}`))
      }
    }))

  it.effect("puts nothing that others write into a script's text", () =>
    Effect.gen(function*() {
      const { jobs } = yield* workflow
      for (const { run } of Object.values(jobs).flatMap(stepsOf)) {
        assert.notMatch(String(run ?? ""), /\$\{\{/)
      }
    }))
})
