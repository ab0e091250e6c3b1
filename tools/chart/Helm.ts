/** The real helm: where KUBEBUILDER_ASSETS says, where the control plane's build keeps it, or on the PATH. */
import { Config, Effect, FileSystem, Path, Schema, Stream } from "effect"
import { ChildProcess, ChildProcessSpawner } from "effect/process"
import { fileURLToPath } from "node:url"

export class HelmMissing extends Schema.TaggedError<HelmMissing>()("HelmMissing", {}) {
  override get message(): string {
    return "helm is missing. Install helm 3 (https://helm.sh/docs/intro/install), set KUBEBUILDER_ASSETS to a folder that has it, or let "
      + "tools/kube/build make one (needs Go 1.26)"
  }
}

export interface Answer {
  readonly ok: boolean
  readonly stdout: string
  readonly stderr: string
}

/** The folder where the control plane's build keeps helm beside an API server; built the first time, where there is Go. */
const built = Effect.gen(function*() {
  const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
  const build = fileURLToPath(new URL("../kube/build", import.meta.url))
  const child = yield* spawner.spawn(ChildProcess.make(build, [], { stdin: "ignore", stderr: "inherit" }))
  const folder = yield* child.stdout.pipe(Stream.decodeText(), Stream.mkString)
  return (yield* child.exitCode) === 0 ? [folder.trim()] : []
}).pipe(Effect.scoped, Effect.orElseSucceed((): Array<string> => []))

/** Path of the helm to use. */
export const findHelm = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const variable = (name: string) => Config.String(name).pipe(Config.withDefault(""))
  const inFolders = (folders: ReadonlyArray<string>) =>
    Effect.findFirst(
      folders.filter((folder) => folder !== "").map((folder) => join(folder, "helm")),
      (file) => fs.exists(file).pipe(Effect.orElseSucceed(() => false))
    )
  const named = yield* inFolders([yield* variable("KUBEBUILDER_ASSETS")])
  if (named._tag === "Some") return named.value
  const found = yield* inFolders([...yield* built, ...(yield* variable("PATH")).split(":")])
  return found._tag === "Some" ? found.value : yield* new HelmMissing()
})

/** Runs helm with the given values (as a file of their own) after its arguments, without a cluster unless one is given. */
export const runHelm = Effect.fn("runHelm")(function*(
  helm: string,
  args: ReadonlyArray<string>,
  values?: unknown,
  kubeconfig = "/dev/null"
) {
  const fs = yield* FileSystem.FileSystem
  const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
  const file = yield* fs.makeTempFileScoped({ prefix: "values-", suffix: ".json" })
  yield* fs.writeFileString(file, JSON.stringify(values ?? {}))
  const child = yield* spawner.spawn(
    ChildProcess.make(helm, [...args, "--values", file], {
      stdin: "ignore",
      env: { KUBECONFIG: kubeconfig },
      extendEnv: true
    })
  )
  const text = (stream: typeof child.stdout) => stream.pipe(Stream.decodeText(), Stream.mkString)
  const [stdout, stderr] = yield* Effect.all([text(child.stdout), text(child.stderr)], { concurrency: 2 })
  const answer: Answer = { ok: (yield* child.exitCode) === 0, stdout, stderr }
  return answer
}, Effect.scoped)
