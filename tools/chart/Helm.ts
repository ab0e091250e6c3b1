/** The real helm: found where KUBEBUILDER_ASSETS says, on the PATH, or where the control plane's build keeps it. */
import { Config, Effect, FileSystem, Path, Schema, Stream } from "effect"
import { ChildProcess, ChildProcessSpawner } from "effect/process"

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

const cached = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const home = yield* Config.String("HOME").pipe(Config.withDefault("/"))
  const root = yield* Config.String("KUBE_ASSETS_CACHE").pipe(Config.withDefault(join(home, ".cache/kube-assets")))
  const names = yield* fs.readDirectory(root).pipe(Effect.orElseSucceed((): Array<string> => []))
  return names.map((name) => join(root, name))
})

/** Path of the helm to use. */
export const findHelm = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const assets = yield* Config.String("KUBEBUILDER_ASSETS").pipe(Config.withDefault(""))
  const path = yield* Config.String("PATH").pipe(Config.withDefault(""))
  const folders = [assets, ...path.split(":"), ...yield* cached].filter((folder) => folder !== "")
  for (const folder of folders) {
    const file = join(folder, "helm")
    if (yield* fs.exists(file).pipe(Effect.orElseSucceed(() => false))) return file
  }
  return yield* new HelmMissing()
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
