/**
 * The whole program on the memory cluster: controller, Job controller, TTL, scheduler, claims, garbage collector and a node whose
 * containers follow a script. Time is TestClock's.
 */
import { formatAgentResult } from "@orchestrator/domain/AgentResult"
import { Attempt } from "@orchestrator/domain/Attempt"
import { filesRefusedExitCode } from "@orchestrator/domain/AttemptFiles"
import { type BrokerResult, emptyBrokerResult, formatBrokerResult } from "@orchestrator/domain/BrokerResult"
import { Condition } from "@orchestrator/domain/Condition"
import { runUidLabel } from "@orchestrator/domain/Labels"
import { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { filesDigestVariable } from "@orchestrator/domain/PodEnvironment"
import { filesVolume, prepareContainer } from "@orchestrator/domain/PodParts"
import type { FailureReason } from "@orchestrator/domain/Reason"
import * as Actors from "@orchestrator/embedded/actors/Actors"
import * as GarbageCollector from "@orchestrator/embedded/actors/GarbageCollector"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { Kubelet } from "@orchestrator/embedded/node/Kubelet"
import type { ContainerRequest } from "@orchestrator/embedded/node/PodRuntime"
import type { Script, ScriptedContainer } from "@orchestrator/embedded/node/ScriptedRuntime"
import { layerTest, ScriptedNode } from "@orchestrator/embedded/node/ScriptedRuntime"
import { CodeRunKind, DocsRunKind, JobKind, type Kind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import { Leadership } from "@orchestrator/k8s/leadership/Leadership"
import type { CustomObject, KubernetesObject } from "@orchestrator/k8s/Objects"
import { Templates } from "@orchestrator/templates/Templates"
import { Context, Duration, Effect, Layer, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Controller } from "../../src/loop/Controller.ts"
import { ControllerSettings } from "../../src/loop/Settings.ts"
import { filesDigest } from "../../src/manifest/Files.ts"

export const namespace = "orchestrator"

/** One line per file: what the templates say is not of interest here. */
export const templates = (prompt = "# prompt.md\n") =>
  Layer.orDie(Templates.layerMemory(Object.fromEntries(
    [
      ...["container.sh", "claude.md", "prompt.md", "coding-guidelines.md", "github-guidelines.md", "mcp-tools.md"].map(
        (
          name
        ) => [`code/${name}.hbs`, name.endsWith(".sh") ? "true\n" : name === "prompt.md" ? prompt : `# ${name}\n`]
      ),
      ...["settings.json", "mcp.json", "client-config.json"].map((name) => [`code/${name}.hbs`, "{}\n"]),
      ["docs/container.sh.hbs", "true\n"],
      ["docs/claude.md.hbs", "# memory\n"],
      ["docs/prompt.md.hbs", "# prompt\n"],
      ["docs/settings.json.hbs", "{}\n"]
    ]
  )))

export const configOf = (input: object) => Schema.decodeSync(OrchestratorConfig)(input)

export interface WorldOptions {
  readonly config?: object
  readonly script?: Script
  /** Template of a CodeRun's prompt. */
  readonly prompt?: string
}

/** What runs beside the controller, each with a client of its own. */
export const cluster = (
  script: Script = delivering(),
  { actors = sameClient, collector = sameClient, node = sameClient }: Clients = {}
) =>
  Layer.mergeAll(
    Actors.layer.pipe(Layer.provide(actors)),
    GarbageCollector.layer.pipe(Layer.provide(collector)),
    Kubelet.layer({ nodeName: "node" }).pipe(Layer.provide(node))
  ).pipe(
    Layer.provideMerge(layerTest(script)),
    Layer.provideMerge(layerMemory),
    Layer.provideMerge(Requests.layer)
  )

interface Clients {
  /** Of the Job controller and its like. */
  readonly actors?: ClientLayer
  readonly collector?: ClientLayer
  /** Of the kubelet. */
  readonly node?: ClientLayer
}

type ClientLayer = Layer.Layer<KubernetesClient, never, KubernetesClient>

const sameClient: ClientLayer = Layer.effect(KubernetesClient, KubernetesClient)

/** What the controller asked of the API server. */
export class Requests extends Context.Service<Requests, Array<{ readonly verb: string; readonly kind: string }>>()(
  "@orchestrator/controller/test/Requests"
) {
  static readonly layer = Layer.sync(Requests, () => [])
}

export const counted = Layer.effect(
  KubernetesClient,
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const requests = yield* Requests
    const count = <A>(verb: string, kind: Kind, effect: A) => {
      requests.push({ verb, kind: kind.kind })
      return effect
    }
    return KubernetesClient.of({
      ...client,
      get: (kind, ref) => Effect.suspend(() => count("get", kind, client.get(kind, ref))),
      list: (kind, options) => Effect.suspend(() => count("list", kind, client.list(kind, options))),
      create: (kind, object, options) =>
        Effect.suspend(() => count("create", kind, client.create(kind, object, options))),
      replace: (kind, object) => Effect.suspend(() => count("replace", kind, client.replace(kind, object))),
      replaceStatus: (kind, object) =>
        Effect.suspend(() => count("replaceStatus", kind, client.replaceStatus(kind, object))),
      patch: (kind, ref, patch) => Effect.suspend(() => count("patch", kind, client.patch(kind, ref, patch))),
      patchStatus: (kind, ref, patch) =>
        Effect.suspend(() => count("patchStatus", kind, client.patchStatus(kind, ref, patch))),
      delete: (kind, ref, options) => Effect.suspend(() => count("delete", kind, client.delete(kind, ref, options)))
    })
  })
)

/** The controller alone: a test may start it late, stop it and start it again. */
export const controller = (config: object = {}, client: typeof counted = counted, prompt?: string) =>
  controllerLed(Leadership.layerAlone, config, client, prompt)

/** The same, which leads when it is told. */
export const controllerLed = (
  leadership: Layer.Layer<Leadership>,
  config: object = {},
  client: typeof counted = counted,
  prompt?: string
) =>
  Controller.layer.pipe(
    Layer.provide(leadership),
    Layer.provide(client),
    Layer.provide(templates(prompt)),
    Layer.provide(Layer.succeed(ControllerSettings, { config: configOf(config), namespace }))
  )

export const world = ({ config = {}, prompt, script = delivering() }: WorldOptions = {}) =>
  Layer.provideMerge(controller(config, counted, prompt), cluster(script))

/** Lets everything that waits only for other fibers happen, without a moment passing. */
const settle = Effect.gen(function*() {
  for (let round = 0; round < 400; round++) yield* Effect.yieldNow
})

/** Lets time pass in steps, so that what falls due in between happens in its order. */
export const pass = (time: Duration.Input, step: Duration.Input = "1 second") =>
  Effect.gen(function*() {
    const total = Duration.toMillis(Duration.fromInputUnsafe(time))
    const width = Duration.toMillis(Duration.fromInputUnsafe(step))
    yield* settle
    for (let passed = 0; passed < total; passed += width) {
      yield* TestClock.adjust(Math.min(width, total - passed))
      yield* settle
    }
  })

/** What a broker testifies when it is stopped, which is after its agent has ended. */
export const brokerContainer = (brokerReport: Partial<BrokerResult> = {}): ScriptedContainer => ({
  after: "never",
  onTerminate: {
    exitCode: 0,
    message: formatBrokerResult({
      ...emptyBrokerResult,
      delivery: {
        branch: "feature/task-1-implementation",
        headCommit: "0123456789abcdef0123456789abcdef01234567",
        changed: true,
        verifiedAt: "2026-03-01T10:00:00Z"
      },
      costUsd: 0.25,
      turns: 4,
      ...brokerReport
    })
  }
})

/** What the agent's container does, and what its broker saw. */
export const acting = (
  agent: (request: ContainerRequest) => ScriptedContainer,
  brokerReport: (request: ContainerRequest) => Partial<BrokerResult> = () => ({})
): Script =>
(request) => {
  if (request.container.name === "claude") return agent(request)
  if (request.container.name === prepareContainer) return isAttempts(request) ? {} : { exitCode: filesRefusedExitCode }
  return request.container.name === "broker" ? brokerContainer(brokerReport(request)) : {}
}

/** What `prepare` looks at before it lets anything begin. */
const isAttempts = ({ env, files }: ContainerRequest): boolean => {
  const texts = [...files.get(filesVolume) ?? []].map(([name, { bytes }]) => [name, new TextDecoder().decode(bytes)])
  return filesDigest(Object.fromEntries(texts)) === env[filesDigestVariable]
}

/** Whether a container belongs to a try that a run has taken up again by itself. */
export const isAgain = ({ pod }: ContainerRequest): boolean =>
  pod.metadata.ownerReferences?.some(({ name }) => /-r\d+-[0-9a-f]{8}$/.test(name)) === true

/** An agent that delivers after this time. */
export const delivering = (after: NonNullable<ScriptedContainer["after"]> = "10 seconds"): Script =>
  acting(({ env }) => completed(env, after))

/** An agent that works until it is told to stop, and then saves its work. */
export const endless: Script = acting(({ env }) => completed(env, "never"), () => ({
  delivery: {
    branch: "feature/task-1-implementation",
    headCommit: "fedcba9876543210fedcba9876543210fedcba98",
    changed: true,
    verifiedAt: "2026-03-01T10:00:00Z"
  }
}))

export const completed = (
  env: Readonly<Record<string, string>>,
  after: NonNullable<ScriptedContainer["after"]>
): ScriptedContainer => ({
  after,
  exitCode: 0,
  message: formatAgentResult({
    outcome: "Completed",
    message: "Done.",
    ...(env["SESSION_ID"] === undefined ? {} : { sessionId: env["SESSION_ID"] }),
    resumed: false,
    usage: { turns: 4 }
  }),
  onTerminate: {
    exitCode: 143,
    message: formatAgentResult({ outcome: "Interrupted", message: "The work was saved." })
  }
})

/** An agent that fails after this time. */
export const failed = (reason: FailureReason, after: Duration.Input = "10 seconds"): ScriptedContainer => ({
  after,
  exitCode: 1,
  message: formatAgentResult({ outcome: "Failed", reason, message: `It was ${reason}.` })
})

const decodeAttempts = Schema.decodeUnknownSync(Schema.Array(Attempt))

const decodeConditions = Schema.decodeUnknownSync(Schema.Array(Condition))

/** A condition that a status has now. */
export const conditionOf = (status: CustomObject["status"], type: string): Condition | undefined =>
  decodeConditions(status?.["conditions"] ?? []).find((condition) => condition.type === type)

/** The attempts that a status records. */
export const attemptsOf = (status: CustomObject["status"]): ReadonlyArray<Attempt> =>
  decodeAttempts(status?.["attempts"] ?? [])

export const failing = (reason: FailureReason, after: Duration.Input = "10 seconds"): Script =>
  acting(() => failed(reason, after))

export const codeRun = (name: string, spec: object = {}): CustomObject => ({
  metadata: { name, namespace },
  spec: {
    taskId: 1,
    service: "api",
    repositoryUrl: "https://github.com/acme/api.git",
    docsRepositoryUrl: "https://github.com/acme/docs.git",
    workingDirectory: ".",
    model: "claude-sonnet-4-20250514",
    githubUser: "ada",
    ...spec
  }
})

export const docsRun = (name: string, spec: object = {}): CustomObject => ({
  metadata: { name, namespace },
  spec: {
    repositoryUrl: "https://github.com/acme/docs.git",
    workingDirectory: "_projects/api",
    sourceBranch: "main",
    model: "claude-opus-4-20250514",
    githubUser: "ada",
    ...spec
  }
})

/** Short ways for tests to say what they do. */
export const verbs = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const requests = yield* Requests
  const node = yield* ScriptedNode

  const all = <A extends KubernetesObject>(kind: Kind<A>) =>
    Effect.map(client.list(kind, { namespace }), (list) => list.items)
  const find = <A extends KubernetesObject>(kind: Kind<A>, name: string) =>
    client.get(kind, { name, namespace }).pipe(
      Effect.catchIf(hasReason("NotFound"), () => Effect.undefined)
    )
  return {
    client,
    node,
    all,
    find,
    run: (name: string) => client.get(CodeRunKind, { name, namespace }),
    docs: (name: string) => client.get(DocsRunKind, { name, namespace }),
    create: (run: CustomObject) => client.create("taskId" in run.spec ? CodeRunKind : DocsRunKind, run),
    edit: (name: string, spec: object) =>
      client.patch(CodeRunKind, { name, namespace }, { type: "merge", body: { spec } }),
    jobs: all(JobKind),
    pods: all(PodKind),
    podsOf: (uid: string) => client.list(PodKind, { namespace, labelSelector: `${runUidLabel}=${uid}` }),
    /** Names of the agent containers that ever started, in their order. */
    agents: Effect.map(
      node.started,
      (started) => started.filter(({ request }) => request.container.name === "claude").map(({ request }) => request)
    ),
    /** What the controller asked of the API server, `create Job` and so on, in its order. */
    requests: Effect.sync(() => requests.map(({ kind, verb }) => `${verb} ${kind}`)),
    forget: Effect.sync(() => void requests.splice(0))
  }
})
