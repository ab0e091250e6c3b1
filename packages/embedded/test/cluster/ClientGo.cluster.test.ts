/** A program of client-go's, as controllers are written with it, against the embedded API server: tools/client-go says what it does. */
import { NodeFileSystem } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import { execFile, execFileSync } from "node:child_process"
import { join } from "node:path"
import { WireServer } from "../../src/wire/WireServer.ts"
import { served } from "../wire/Served.ts"

const source = join(import.meta.dirname, "../../../../tools/client-go")

const built = Effect.gen(function*() {
  const files = yield* FileSystem.FileSystem
  const folder = yield* files.makeTempDirectoryScoped({ prefix: "client-go-" })
  const program = join(folder, "client-go")
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-buildvcs=false", GOTOOLCHAIN: "local" }
  yield* Effect.sync(() => execFileSync("go", ["build", "-o", program, "."], { cwd: source, env, stdio: "ignore" }))
  return { folder, program }
})

const run = (program: string, kubeconfig: string) =>
  Effect.callback<{ readonly code: number; readonly output: string }>((resume) => {
    execFile(
      program,
      { env: { KUBECONFIG: kubeconfig }, encoding: "utf8" },
      (error, stdout, stderr) => resume(Effect.succeed({ code: error === null ? 0 : 1, output: stdout + stderr }))
    )
  })

layer(Layer.merge(served(), NodeFileSystem.layer), { excludeTestServices: true })("client-go", (it) => {
  it.effect(
    "elects a leader, watches, writes typed objects, and is refused what is not there",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const files = yield* FileSystem.FileSystem
        const { kubeconfig } = yield* WireServer
        const { folder, program } = yield* built
        yield* files.writeFileString(join(folder, "kubeconfig"), kubeconfig)
        const { code, output } = yield* run(program, join(folder, "kubeconfig"))
        assert.strictEqual(code, 0, output)
        assert.notInclude(output, "FAIL")
      })),
    900_000
  )
})
