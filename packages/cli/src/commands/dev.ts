/**
 * `orchestrator dev`: the whole product on this machine. Opens the state folder, starts the cluster, the controller and the API, submits
 * the demo once, shows what happens, and says what to try next. Ends with Ctrl-C, and takes every process with it.
 */
import { Controller } from "@orchestrator/controller/Controller"
import { isTerminal } from "@orchestrator/domain/Phase"
import { Server } from "@orchestrator/http/Server"
import { WireServer } from "@orchestrator/k8s/embedded/wire/WireServer"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { DateTime, Deferred, Effect, FileSystem, Layer, Path, Schedule } from "effect"
import { Command, Flag } from "effect/cli"
import { loadConfig } from "../ConfigFile.ts"
import { agentImage, imageTable, runnerImage } from "../dev/Agents.ts"
import { submitDemo } from "../dev/Demo.ts"
import { demoRepositories, makeDemoRepositories } from "../dev/DemoRepositories.ts"
import { Display } from "../dev/Display.ts"
import { followRuns } from "../dev/FollowRuns.ts"
import { localCluster } from "../dev/LocalCluster.ts"
import { nextSteps } from "../dev/NextSteps.ts"
import { openStateFolder, type StateFolder } from "../dev/StateFolder.ts"
import { type Installation, installation } from "../Installation.ts"
import * as Logging from "../Logging.ts"
import { program } from "../Program.ts"

const namespace = "orchestrator"

const flags = {
  agent: Flag.Literals("agent", ["demo", "claude"]).pipe(
    Flag.withDescription("Who does the work: the scripted demo agent, or your own Claude Code with your key"),
    Flag.withDefault("demo")
  ),
  demo: Flag.Boolean("demo").pipe(
    Flag.withDescription("Submit the demo run at the first start"),
    Flag.withDefault(true)
  ),
  port: Flag.Int("port").pipe(
    Flag.withDescription("Port of the HTTP API on 127.0.0.1"),
    Flag.withDefault(8080)
  ),
  kubePort: Flag.Int("kube-port").pipe(
    Flag.withDescription("Port of the Kubernetes API on 127.0.0.1; 0 takes any that is free"),
    Flag.withDefault(0)
  ),
  state: Flag.String("state").pipe(
    Flag.withDescription("Folder for everything that is kept"),
    Flag.withDefault(".orchestrator")
  ),
  reset: Flag.Boolean("reset").pipe(
    Flag.withDescription("Empty the state folder first"),
    Flag.withDefault(false)
  ),
  config: Flag.String("config").pipe(
    Flag.withDescription("Settings (config.yaml) to lay over the local ones"),
    Flag.optional
  )
}

const localSettings = (state: StateFolder) => ({
  agent: { image: agentImage, runnerImage, terminationGracePeriodSeconds: 20 },
  git: {
    allowedProtocols: ["https", "ssh", "http", "file"],
    insteadOf: { "file:///demo/": `file://${state.git}/` }
  }
})

type DevInput = Command.Command.Config.Infer<typeof flags>

const dev = Effect.fn("dev")(function*(input: DevInput) {
  const started = yield* DateTime.now
  const parts = yield* installation
  const state = yield* openStateFolder(input.state, { reset: input.reset })
  const config = yield* loadConfig({
    defaults: localSettings(state),
    path: input.config,
    flags: { server: { host: "127.0.0.1", port: input.port } }
  })
  const images = yield* imageTable(input.agent, parts)
  yield* makeDemoRepositories(`${parts.examples}/demo`, state.git)
  const cluster = localCluster({
    state,
    namespace,
    images,
    port: input.kubePort,
    readable: [parts.demoAgent]
  })
  const product = program({ config, namespace, templates: parts.templates }).pipe(
    Layer.provideMerge(cluster),
    Layer.provideMerge(Display.layer)
  )
  return yield* serve(input, state, parts, started).pipe(Effect.scoped, Effect.provide(product))
})

const serve = Effect.fnUntraced(
  function*(input: DevInput, state: StateFolder, parts: Installation, started: DateTime.Utc) {
    const display = yield* Display
    const files = yield* FileSystem.FileSystem
    const { url } = yield* Server
    const cluster = yield* WireServer
    const { synced } = yield* Controller
    yield* files.writeFileString(state.kubeconfig, cluster.kubeconfig, { mode: 0o600 })
    yield* Effect.repeat(synced, { until: (done) => done, schedule: Schedule.spaced("5 millis") })
    const shown = yield* shownPath(state.path)
    const now = yield* DateTime.now
    yield* display.print(
      banner({
        input,
        shown,
        url,
        kubernetes: cluster.url,
        millis: DateTime.toEpochMillis(now) - DateTime.toEpochMillis(started)
      })
    )

    const submits = input.demo && state.isNew
    const ended = yield* Deferred.make<CustomObject>()
    const name = submits ? yield* submitDemo(parts.examples, namespace) : undefined
    yield* followRuns({
      namespace,
      since: started,
      awaited: name === undefined ? undefined : { kind: "CodeRun", name, ended }
    })
    const branch = name === undefined ? yield* lastBranch : branchOf(yield* Deferred.await(ended))
    yield* display.print(nextSteps({ state: shown, server: url, branch }))
    return yield* Effect.never
  }
)

const branchOf = ({ status }: CustomObject): string | undefined =>
  isTerminal(String(status?.["phase"])) && typeof status?.["branch"] === "string" ? status["branch"] : undefined

/** The branch of a run of the demo service that an earlier start delivered. */
const lastBranch = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const { items } = yield* client.list(CodeRunKind, { namespace })
  return items.filter(({ spec }) => spec["service"] === demoRepositories[0].name).map(branchOf).find((each) =>
    each !== undefined
  )
})

/** As short as it can be typed from here. */
const shownPath = Effect.fnUntraced(function*(absolute: string) {
  const path = yield* Path.Path
  const relative = path.relative(path.resolve("."), absolute)
  return relative.startsWith("..") ? absolute : relative
})

interface Banner {
  readonly input: DevInput
  readonly shown: string
  readonly url: string
  readonly kubernetes: string
  readonly millis: number
}

const banner = ({ input, kubernetes, millis, shown, url }: Banner): string =>
  [
    `Ready in ${(millis / 1000).toFixed(1)} s.`,
    `  HTTP API    ${url}  (docs: ${url}/docs)`,
    `  Kubernetes  ${kubernetes}  (kubectl --kubeconfig ${shown}/kubeconfig get coderuns)`,
    `  state       ${shown}`,
    ...(input.agent === "claude"
      ? [
        "",
        "Your own `claude` runs on this machine as this user, without asking before it acts, and spends on your key."
      ]
      : []),
    ""
  ].join("\n")

export const devCommand = Command.make("dev", flags, (input) => Effect.provide(dev(input), Logging.layerWith("Warn")))
  .pipe(
    Command.withDescription("Run everything on this machine: no cluster, no keys, one process"),
    Command.withExamples([
      { command: "orchestrator dev", description: "Start, run the demo, stay until Ctrl-C" },
      { command: "orchestrator dev --no-demo --port 9000", description: "Start without the demo, on another port" },
      { command: "orchestrator dev --agent claude", description: "Let your own Claude Code do the work" },
      { command: "orchestrator dev --reset", description: "Forget everything and begin anew" }
    ])
  )
