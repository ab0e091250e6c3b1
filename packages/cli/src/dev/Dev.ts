/**
 * `orchestrator dev`: the whole product on this machine. Opens the state folder, starts the cluster, the controller and the API, submits
 * the demo once, shows what happens, and says what to try next. Ends with Ctrl-C, and takes every process with it.
 */
import { Controller } from "@orchestrator/controller/loop/Controller"
import { byAgent } from "@orchestrator/domain/AgentName"
import { defaultModel, modelDefaults } from "@orchestrator/domain/DefaultModel"
import { runKinds } from "@orchestrator/domain/kinds/RunKinds"
import { isTerminal } from "@orchestrator/domain/Phase"
import { stateFolder } from "@orchestrator/embedded/node/StateFolder"
import { version as localVersion } from "@orchestrator/embedded/wire/Discovery"
import { WireServer } from "@orchestrator/embedded/wire/WireServer"
import { Server } from "@orchestrator/http/server/Server"
import { makeSignInLinks, type SignInLinks } from "@orchestrator/http/services/SignInLinks"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import { Leadership } from "@orchestrator/k8s/leadership/Leadership"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { RunFeed } from "@orchestrator/k8s/RunFeed"
import { DateTime, Deferred, Effect, FileSystem, Layer, type Option, Path, Schedule, Stdio } from "effect"
import { program } from "../product/Program.ts"
import { loadConfig } from "../settings/ConfigFile.ts"
import { type Installation, installation } from "../settings/Installation.ts"
import { npmScript } from "../settings/NpmScript.ts"
import { pageFolder } from "../settings/PageFolder.ts"
import { writePrivate } from "../settings/PrivateFile.ts"
import { templatesFolder } from "../settings/TemplatesFolder.ts"
import { Display } from "../show/Display.ts"
import { layerTelemetry } from "../telemetry/Telemetry.ts"
import { accessToken } from "./AccessToken.ts"
import { type AgentChoice, agentImage, imageTable, runnerImage } from "./Agents.ts"
import { demoRun, submitDemo } from "./Demo.ts"
import { makeDemoRepositories } from "./DemoRepositories.ts"
import { layerEvidenceClaim } from "./EvidenceClaim.ts"
import { followRuns } from "./FollowRuns.ts"
import { onKeys } from "./Keys.ts"
import { localCluster } from "./LocalCluster.ts"
import { layerModelKeys, modelAddress, modelKeys, modelKeySecret } from "./ModelKeys.ts"
import { nextSteps } from "./NextSteps.ts"
import { openSignedIn, pageLine, removedAtEnd } from "./SignInPage.ts"
import { openStateFolder, otherStateFolders, type StateFolder } from "./StateFolder.ts"

export interface DevInput {
  readonly agent: AgentChoice
  readonly demo: boolean
  readonly port: number
  readonly kubePort: number
  readonly state: string
  readonly reset: boolean
  readonly config: Option.Option<string>
  readonly templates: Option.Option<string>
}

const namespace = "orchestrator"
const kubernetesVersion = Effect.succeed(localVersion.gitVersion)

/** When this process was started, in milliseconds since the epoch: a person's wait begins there. */
const processStart = performance.timeOrigin

const localEvidence = (state: StateFolder) => ({
  claimName: "evidence",
  folder: stateFolder(state.pods).claim(namespace, "evidence")
})

const { pullPolicy: _, ...anyAgentImage } = agentImage

const localSettings = (state: StateFolder, agent: AgentChoice) => ({
  agent: {
    default: agent === "demo" ? "claude" : agent,
    image: agentImage,
    images: byAgent(() => anyAgentImage),
    runnerImage,
    terminationGracePeriodSeconds: 20
  },
  secrets: modelKeySecret,
  evidence: { volume: localEvidence(state) },
  git: {
    allowedProtocols: ["https", "ssh", "http", "file"],
    insteadOf: { "file:///demo/": `file://${state.git}/` }
  }
})

/** Ends only by interruption or failure. Not a span: one around everything would be the parent of every request. */
export const dev = Effect.fnUntraced(function*(input: DevInput) {
  const started = yield* DateTime.now
  const parts = yield* installation
  const state = yield* openStateFolder(input.state, { reset: input.reset })
  const token = yield* accessToken(state)
  const config = yield* loadConfig({
    defaults: { ...localSettings(state, input.agent), ...(yield* modelAddress(input.agent)) },
    path: input.config,
    // The state folder's token is no JSON Web Token.
    flags: { server: { host: "127.0.0.1", port: input.port }, auth: { tokens: "any" } }
  })
  const templates = yield* templatesFolder({ named: input.templates })
  const keys = yield* modelKeys(input.agent)
  const pushedBy = config.agent.credentials === "broker" ? "broker" : "agent"
  const images = yield* imageTable(input.agent, parts, { folder: state.git, pushedBy })
  yield* makeDemoRepositories(`${parts.examples}/demo`, state.git)
  const cluster = localCluster({
    state,
    namespace,
    images,
    token,
    hidden: yield* otherStateFolders(state),
    port: input.kubePort,
    readable: [...parts.code, parts.demoAgent]
  })
  const tokenHint = `It is in ${yield* shownPath(state.authorization)}, a file that only you can read`
  const links = makeSignInLinks(token)
  const page = yield* pageFolder(parts)
  const product = program({ config, namespace, templates, tokenHint, links, page, kubernetesVersion }).pipe(
    Layer.provide(Leadership.layerAlone),
    Layer.provideMerge(RunFeed.layer),
    Layer.provideMerge(Layer.provideMerge(
      Layer.mergeAll(layerModelKeys(keys, namespace), layerEvidenceClaim(config, namespace)),
      cluster
    )),
    Layer.provideMerge(Display.layer)
  )
  const model = defaultModel(modelDefaults(config), {}, "defaultCodeModel")
  return yield* serve({ input, state, parts, started, links, model }).pipe(
    Effect.scoped,
    Effect.provide(Layer.provideMerge(product, layerTelemetry({ config, namespace, instance: "dev" })))
  )
})

interface Serving {
  readonly input: DevInput
  readonly state: StateFolder
  readonly parts: Installation
  readonly started: DateTime.Utc
  readonly links: SignInLinks
  readonly model: string
}

const serve = Effect.fnUntraced(
  function*({ input, links, model, parts, started, state }: Serving) {
    const display = yield* Display
    const files = yield* FileSystem.FileSystem
    const { url } = yield* Server
    const cluster = yield* WireServer
    const { synced } = yield* Controller
    yield* writePrivate(state.kubeconfig, cluster.kubeconfig)
    yield* Effect.acquireRelease(
      writePrivate(state.server, `${url}\n`),
      () => Effect.ignore(files.remove(state.server, { force: true }))
    )
    yield* Effect.repeat(synced, { until: (done) => done, schedule: Schedule.spaced("5 millis") })
    const shown = yield* shownPath(state.path)
    const { stdinIsTerminal, stdoutIsTerminal } = yield* Stdio.Stdio
    const page = { server: url, links, file: state.signIn }
    const onTerminal = yield* stdoutIsTerminal
    const now = yield* DateTime.now
    yield* display.print(
      banner({
        input,
        shown,
        url,
        page: yield* pageLine(page, onTerminal),
        kubernetes: cluster.url,
        millis: DateTime.toEpochMillis(now) - processStart
      })
    )

    if (onTerminal && (yield* stdinIsTerminal)) {
      yield* display.print("Press o to open the page.\n")
      yield* removedAtEnd(state.signIn)
      yield* Effect.forkScoped(
        onKeys((key) => key === "o" ? Effect.ignore(Effect.flatMap(openSignedIn(page), display.print)) : Effect.void)
      )
    }

    const ended = yield* Deferred.make<CustomObject>()
    const name = input.demo && !state.hasDemo
      ? yield* submitDemo({ examples: parts.examples, namespace, model })
      : undefined
    if (name !== undefined) yield* files.writeFileString(state.demoMarker, "")
    yield* followRuns({
      namespace,
      since: started,
      awaited: name === undefined ? undefined : { kind: runKinds.CodeRun.kind, name, ended }
    })
    const run = name === undefined ? yield* earlierDemo : yield* Deferred.await(ended)
    const orchestrator = parts.isCheckout ? `npm run ${npmScript} --` : "orchestrator"
    yield* display.print(
      nextSteps({ orchestrator, state: shown, server: url, branch: branchOf(run), attempt: attemptOf(run) })
    )
    return yield* Effect.never
  }
)

const branchOf = (run: CustomObject | undefined): string | undefined => {
  const { branch, phase } = run?.status ?? {}
  return isTerminal(String(phase)) && typeof branch === "string" ? branch : undefined
}

const attemptOf = (run: CustomObject | undefined): number => Number(run?.spec["contextVersion"] ?? 1)

/** The demo run that an earlier start submitted, if nobody has deleted it. */
const earlierDemo = Effect.gen(function*() {
  const client = yield* KubernetesClient
  return yield* client.get(CodeRunKind, { namespace, name: demoRun }).pipe(
    Effect.catchIf(hasReason("NotFound"), () => Effect.undefined)
  )
})

/** As short as it can be typed from here. */
const shownPath = Effect.fnUntraced(function*(absolute: string) {
  const path = yield* Path.Path
  const relative = path.relative(path.resolve("."), absolute)
  return relative.startsWith("..") ? absolute : relative
})

interface Banner {
  readonly page: string
  readonly input: DevInput
  readonly shown: string
  readonly url: string
  readonly kubernetes: string
  readonly millis: number
}

const banner = ({ input, kubernetes, millis, page, shown, url }: Banner): string =>
  [
    `Ready in ${(millis / 1000).toFixed(1)} s.`,
    `  page        ${page}`,
    `  HTTP API    ${url}  (docs: ${url}/docs)`,
    `  token       ${shown}/authorization  (curl -H @${shown}/authorization ${url}/api/v1/code-runs)`,
    `  Kubernetes  ${kubernetes}  (kubectl --kubeconfig ${shown}/kubeconfig get coderuns)`,
    `  state       ${shown}`,
    ...(input.agent !== "demo"
      ? [
        "",
        `Your own \`${input.agent}\` runs on this machine as your user, without permission prompts, and spends on your key. The key is in the`,
        "local cluster's Secret and in each run's broker; the agent has a token of its run instead."
      ]
      : []),
    ""
  ].join("\n")
