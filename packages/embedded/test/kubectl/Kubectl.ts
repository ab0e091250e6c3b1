/** A real kubectl, found on the PATH, with a home of its own: nothing of the person's configuration or caches is read or written. */
import { NodeFileSystem } from "@effect/platform-node"
import { NamespaceKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Context, Duration, Effect, FileSystem, Layer, Queue, type Scope } from "effect"
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process"
import * as Actors from "../../src/actors/Actors.ts"
import * as GarbageCollector from "../../src/actors/GarbageCollector.ts"
import * as EmbeddedCluster from "../../src/EmbeddedCluster.ts"
import { Kubelet } from "../../src/node/Kubelet.ts"
import { layerTest, type ScriptedContainer } from "../../src/node/ScriptedRuntime.ts"
import { layerWith as layerWire, WireServer } from "../../src/wire/WireServer.ts"

const program = "kubectl"

/** Whether there is a kubectl to test with; `kubectl version --client` must work. */
export const hasKubectl = spawnSync(program, ["version", "--client"], { stdio: "ignore" }).status === 0

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Run {
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
}

/** A kubectl that goes on, such as a watch. */
export interface Running {
  /** Everything that it has printed, as soon as that contains the text. */
  readonly shows: (text: string) => Effect.Effect<string>
  /** Ends by itself. */
  readonly ended: Effect.Effect<Ended>
}

/** Generous: it only bounds a test that fails. */
const kubectlTimeout = Duration.seconds(15)

export class Kubectl extends Context.Service<Kubectl, {
  /** A folder for files of the tests. */
  readonly folder: string
  readonly run: (args: ReadonlyArray<string>, run?: Run) => Effect.Effect<Ended>
  /** Killed with its scope. */
  readonly start: (args: ReadonlyArray<string>) => Effect.Effect<Running, never, Scope.Scope>
}>()("@orchestrator/k8s/test/Kubectl") {
  static readonly layer = Layer.effect(
    Kubectl,
    Effect.gen(function*() {
      const { kubeconfig } = yield* WireServer
      const files = yield* FileSystem.FileSystem
      const folder = yield* Effect.orDie(files.makeTempDirectoryScoped({ prefix: "kubectl-" }))
      yield* Effect.orDie(files.writeFileString(`${folder}/kubeconfig`, kubeconfig))
      const env = { PATH: process.env["PATH"] ?? "", HOME: folder, KUBECONFIG: `${folder}/kubeconfig` }

      const launch = (args: ReadonlyArray<string>, run: Run = {}) => {
        const child = spawn(program, args, { cwd: folder, env: { ...env, ...run.env } })
        child.stdin.end(run.stdin ?? "")
        return child
      }
      return Kubectl.of({
        folder,
        run: (args, run) =>
          Effect.suspend(() => ended(launch(args, run))).pipe(
            Effect.timeoutOrElse({
              duration: kubectlTimeout,
              orElse: () => Effect.die(new Error(`kubectl ${args.join(" ")} did not end`))
            })
          ),
        start: (args) =>
          Effect.acquireRelease(
            Effect.sync(() => launch(args)),
            (child) => Effect.sync(() => void child.kill("SIGKILL"))
          ).pipe(Effect.flatMap(follow))
      })
    })
  ).pipe(Layer.provide(NodeFileSystem.layer))
}

const ended = (child: ChildProcessWithoutNullStreams): Effect.Effect<Ended> =>
  Effect.callback((resume) => {
    let [stdout, stderr] = ["", ""]
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text
    })
    child.once("close", (code) => resume(Effect.succeed({ code, stdout, stderr })))
    return Effect.sync(() => void child.kill("SIGKILL"))
  })

const follow = Effect.fnUntraced(function*(child: ChildProcessWithoutNullStreams) {
  const changes = yield* Queue.unbounded<void>()
  let [stdout, stderr] = ["", ""]
  const append = (stream: "stdout" | "stderr") => (text: string) => {
    if (stream === "stdout") stdout += text
    else stderr += text
    Queue.offerUnsafe(changes, undefined)
  }
  child.stdout.setEncoding("utf8").on("data", append("stdout"))
  child.stderr.setEncoding("utf8").on("data", append("stderr"))
  const running: Running = {
    shows: (text) =>
      Effect.gen(function*() {
        while (!stdout.includes(text)) yield* Queue.take(changes)
        return stdout
      }).pipe(
        Effect.timeoutOrElse({
          duration: kubectlTimeout,
          orElse: () => Effect.die(new Error(`expected "${text}", found: ${stdout}${stderr}`))
        })
      ),
    ended: Effect.callback<Ended>((resume) => {
      const end = (code: number | null) => resume(Effect.succeed({ code, stdout, stderr }))
      if (child.exitCode !== null) end(child.exitCode)
      else child.once("close", end)
    }).pipe(Effect.timeout(kubectlTimeout), Effect.orDie)
  }
  return running
})

/** What the containers of the tests do, by their image. */
const outcomes: Readonly<Record<string, ScriptedContainer>> = {
  talker: { logs: ["one", "two"], after: "never" },
  quick: { logs: ["hello"], after: "100 millis" },
  absent: { refuse: { reason: "ErrImagePull", message: "no such image", retry: true } }
}

/** The whole embedded cluster on the real clock, with one node that runs by the table above, and a kubectl. */
export const layer = Layer.mergeAll(
  Kubectl.layer.pipe(Layer.provide(layerWire())),
  Actors.layer,
  GarbageCollector.layer,
  Kubelet.layer({ nodeName: "node-1" })
).pipe(
  Layer.provideMerge(layerTest(({ container }) => outcomes[container.image] ?? { after: "never" })),
  Layer.provideMerge(EmbeddedCluster.layerMemory)
)

/** kubectl within a new namespace: each test is alone in its own. */
export const within = Effect.fnUntraced(function*(namespace: string) {
  const client = yield* KubernetesClient
  const { folder, run, start } = yield* Kubectl
  yield* Effect.orDie(client.create(NamespaceKind, { metadata: { name: namespace } }))
  const scoped = (args: ReadonlyArray<string>) => ["--namespace", namespace, ...args]
  const words = (line: string): ReadonlyArray<string> => line.split(" ").filter((word) => word !== "")

  /** Words of one line; what has blanks in it goes into `more`. */
  const kubectl = (line: string, more: ReadonlyArray<string> = [], options?: Run) =>
    run(scoped([...words(line), ...more]), options)
  return {
    folder,
    kubectl,
    /** Standard output; dies where kubectl fails. */
    ok: (line: string, more: ReadonlyArray<string> = [], options?: Run) =>
      Effect.flatMap(
        kubectl(line, more, options),
        ({ code, stderr, stdout }) =>
          code === 0 ? Effect.succeed(stdout) : Effect.die(new Error(`kubectl ${line}: ${stdout}${stderr}`))
      ),
    /** Standard error; dies where kubectl succeeds. */
    refused: (line: string, more: ReadonlyArray<string> = [], options?: Run) =>
      Effect.flatMap(
        kubectl(line, more, options),
        ({ code, stderr, stdout }) =>
          code === 0 ? Effect.die(new Error(`kubectl ${line} succeeded: ${stdout}`)) : Effect.succeed(stderr)
      ),
    start: (line: string) => start(scoped(words(line)))
  }
})
