import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { ChildProcess, ChildProcessSpawner } from "effect/process"
import { fileURLToPath } from "node:url"

const launcher = fileURLToPath(new URL("../image/orchestrator", import.meta.url))

const mebibytes = (count: number) => String(count * 1024 * 1024)

interface Case {
  readonly name: string
  /** Text of a file of the control group's folder. */
  readonly files: Readonly<Record<string, string>>
  readonly args?: ReadonlyArray<string>
  readonly heap: string | undefined
}

/** What the launcher of the image starts, with a `node` that only says its arguments. */
const started = Effect.fn("started")(function*({ args = ["x", "a b"], files }: Case) {
  const fs = yield* FileSystem.FileSystem
  const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "launcher-" })
  yield* fs.makeDirectory(`${folder}/memory`)
  for (const [name, text] of Object.entries(files)) yield* fs.writeFileString(`${folder}/${name}`, `${text}\n`)
  yield* fs.writeFileString(`${folder}/node`, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n", { mode: 0o755 })
  const path = `${folder}:/usr/bin:/bin`
  const text = yield* spawner.string(
    ChildProcess.make(launcher, args, { env: { PATH: path, CGROUP_FOLDER: folder }, extendEnv: false })
  )
  return text.trimEnd().split("\n")
}, Effect.scoped)

const nursery = "--max-semi-space-size=2"
const max = "memory.max"
const old = "memory/memory.limit_in_bytes"
const cases: ReadonlyArray<Case> = [
  { name: "three quarters of the memory", files: { [max]: mebibytes(512) }, heap: "384" },
  { name: "the older control groups' file", files: { [old]: mebibytes(1024) }, heap: "768" },
  { name: "64 MiB are left beside a small heap", files: { [max]: mebibytes(128) }, heap: "64" },
  { name: "but a heap there must be", files: { [max]: mebibytes(64) }, heap: "48" },
  { name: "no limit", files: { [max]: "max" }, heap: undefined },
  { name: "the older groups' word for no limit", files: { [old]: "9223372036854771712" }, heap: undefined },
  { name: "no control groups", files: {}, heap: undefined },
  { name: "garbage", files: { [max]: "12x" }, heap: undefined }
]

it.live.each(cases)("the launcher's heap: $name", (given) =>
  Effect.gen(function*() {
    const words = yield* started(given)
    const flags = given.heap === undefined ? [] : [`--max-old-space-size=${given.heap}`]
    assert.deepStrictEqual(words.slice(0, -3), ["--expose-gc", nursery, ...flags])
    assert.match(words.at(-3) ?? "", /\/dist\/orchestrator\.mjs$/)
    assert.deepStrictEqual(words.slice(-2), ["x", "a b"])
  }).pipe(Effect.provide(NodeServices.layer)))

it.live("without arguments it serves", () =>
  Effect.gen(function*() {
    const words = yield* started({ name: "", files: {}, args: [], heap: undefined })
    assert.strictEqual(words.at(-1), "serve")
  }).pipe(Effect.provide(NodeServices.layer)))

it.live("the broker is a program of its own, which leaves git half of the memory", () =>
  Effect.gen(function*() {
    const words = yield* started({ name: "", files: { [max]: mebibytes(512) }, args: ["broker"], heap: undefined })
    assert.deepStrictEqual(words.slice(0, -1), ["--max-semi-space-size=1", "--max-old-space-size=256"])
    assert.match(words.at(-1) ?? "", /\/dist\/broker\.mjs$/)
  }).pipe(Effect.provide(NodeServices.layer)))
