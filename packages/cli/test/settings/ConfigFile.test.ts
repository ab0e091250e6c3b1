import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { ConfigProvider, Effect, FileSystem, Option } from "effect"
import { loadConfig, mergeConfig } from "../../src/settings/ConfigFile.ts"

const withEnvironment = (env: Record<string, string>) =>
  Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))

const withFile = (text: string) =>
  Effect.gen(function*() {
    const files = yield* FileSystem.FileSystem
    const path = yield* files.makeTempFileScoped({ suffix: ".yaml" })
    yield* files.writeFileString(path, text)
    return Option.some(path)
  })

it.effect("file, environment and flags lie over each other in this order", () =>
  Effect.gen(function*() {
    const path = yield* withFile("server: { host: 127.0.0.2, port: 1 }\ncleanup: { enabled: false }\n")
    const config = yield* loadConfig({
      defaults: { server: { port: 0 }, job: { activeDeadlineSeconds: 120 } },
      path,
      flags: { server: { port: 3 } }
    }).pipe(withEnvironment({ SERVER_PORT: "2", DEFAULT_CODE_MODEL: "a-model" }))
    assert.deepStrictEqual(
      [
        config.server.host,
        config.server.port,
        config.cleanup.enabled,
        config.job.activeDeadlineSeconds,
        config.models.defaultCodeModel
      ],
      ["127.0.0.2", 3, false, 120, "a-model"]
    )
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

it.effect.each([
  { name: "an unknown key", text: "job: { activeDeadlineSecond: 60 }", want: "job.activeDeadlineSecond" },
  { name: "a wrong type", text: "cleanup: { enabled: maybe }", want: "cleanup.enabled" },
  { name: "an impossible value", text: "job: { activeDeadlineSeconds: 1 }", want: "job.activeDeadlineSeconds" }
])("$name stops the start and is named", ({ text, want }) =>
  Effect.gen(function*() {
    const path = yield* withFile(text)
    const problem = yield* Effect.flip(loadConfig({ path }).pipe(withEnvironment({})))
    assert.strictEqual(problem._tag, "ConfigProblem")
    if (problem._tag !== "ConfigProblem") return
    assert.strictEqual(problem.source, Option.getOrThrow(path))
    assert.lengthOf(problem.problems, 1)
    assert.isTrue(problem.problems[0]?.startsWith(want))
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

it.effect.each([
  { name: "a list", text: "- job\n", want: "found a list" },
  { name: "a word", text: "hello\n", want: "found string \"hello\"" }
])("$name in place of settings stops the start", ({ text, want }) =>
  Effect.gen(function*() {
    const problem = yield* Effect.flip(loadConfig({ path: yield* withFile(text) }).pipe(withEnvironment({})))
    assert.include(problem.message, want)
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

it.effect("a file that is named and missing stops the start", () =>
  Effect.gen(function*() {
    const problem = yield* Effect.flip(
      loadConfig({ path: Option.some("/nonexistent/config.yaml") }).pipe(withEnvironment({}))
    )
    assert.strictEqual(problem._tag, "ConfigProblem")
    assert.include(problem.message, "there is no such file")
  }).pipe(Effect.provide(NodeServices.layer)))

it("lists are replaced, objects are merged", () =>
  assert.deepStrictEqual(mergeConfig({ a: { b: 1, c: [1, 2] } }, { a: { c: [3] } }), { a: { b: 1, c: [3] } }))
