/** The product on the cluster in memory, with one thing that goes wrong, or nothing; each says which alerts have to fire. */
// oxlint-disable no-restricted-imports
import { Controller } from "@orchestrator/controller/loop/Controller"
import { ControllerSettings } from "@orchestrator/controller/loop/Settings"
import { ownMetrics } from "@orchestrator/domain/Scrape"
import type { Script } from "@orchestrator/embedded/node/ScriptedRuntime"
import { ApiServer } from "@orchestrator/k8s/ApiServer"
import { tellClockOffset } from "@orchestrator/k8s/ClockOffset"
import { PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import { Leadership } from "@orchestrator/k8s/leadership/Leadership"
import { measuredClient } from "@orchestrator/k8s/MeasuredClient"
import { Effect, Layer, Stream } from "effect"
import {
  acting,
  cluster,
  codeRun,
  completed,
  configOf,
  delivering,
  docsRun,
  endless,
  failing,
  namespace,
  pass,
  templates,
  verbs
} from "../../../packages/controller/test/program/World.ts"
import { record } from "../../operations/Recording.ts"

type Verbs = Effect.Success<typeof verbs>

interface Scenario {
  readonly fires: ReadonlyArray<string>
  readonly script?: Script
  readonly config?: object
  /** Between the product and the cluster. */
  readonly trouble?: (client: KubernetesClient["Service"]) => KubernetesClient["Service"]
  readonly leadership?: Layer.Layer<Leadership>
  readonly minutes?: number
  /** By which its clock is ahead of the API server's. */
  readonly offsetMillis?: number
  /** What people ask for, at the begin of each minute. */
  readonly minute?: (index: number, verbs: Verbs) => Effect.Effect<unknown, unknown>
}

/** A run every five minutes, of a task of its own. */
const steadily = (index: number, { create }: Verbs) =>
  index % 5 === 0 ? create(codeRun(`run-${index}`, { taskId: index + 1 })) : Effect.void

const reporting = (report: object): Script => acting(({ env }) => completed(env, "10 seconds"), () => report)

const nobody = Layer.succeed(
  Leadership,
  Leadership.of({
    leads: Effect.succeed(false),
    problem: Effect.undefined,
    settled: Effect.void,
    whileLeading: () => Effect.never,
    alsoLead: () => Effect.void,
    leaveOthers: () => Effect.void
  })
)

const throttled = new KubernetesError({
  operation: "create",
  ref: "anything",
  reason: { _tag: "TooManyRequests", message: "too many requests", retryAfterSeconds: 1 }
})

/** One of three writes. */
const everyThird = () => {
  let count = 0
  return <A>(write: Effect.Effect<A, KubernetesError>) => Effect.suspend(() => ++count % 3 === 0 ? throttled : write)
}

const sometimes = everyThird()

const later = <A, E>(write: Effect.Effect<A, E>) => Effect.delay(write, "3 seconds")

export const scenarios: Readonly<Record<string, Scenario>> = {
  "everything is well": {
    fires: [],
    minutes: 90,
    config: { limits: { activeRuns: 2 } },
    minute: (index, verbs) =>
      index % 10 === 0
        ? Effect.andThen(steadily(index, verbs), verbs.create(docsRun(`docs-${index}`)))
        : steadily(index, verbs)
  },
  "runs wait for what people chose: others, a workspace, a limit": {
    fires: [],
    script: endless,
    config: { limits: { activeRuns: 2 }, job: { activeDeadlineSeconds: 36_000 } },
    minute: (index, { create }) =>
      index > 0 ? Effect.void : Effect.all([
        create(codeRun("works")),
        create(codeRun("same-workspace", { taskId: 2 })),
        create(codeRun("depends", { taskId: 3, dependsOn: ["works"] })),
        create(codeRun("other", { taskId: 4, service: "web" })),
        create(codeRun("third", { taskId: 5, service: "shop" }))
      ])
  },
  "a few runs fail, of many": {
    fires: [],
    script: acting((request) =>
      request.env["TASK_ID"] === "11" || request.env["TASK_ID"] === "31"
        ? { exitCode: 1 }
        : completed(request.env, "10 seconds")
    ),
    minute: steadily
  },
  "nothing leads": { fires: ["OrchestratorNoLeader"], leadership: nobody, minute: steadily },
  "no node takes pods": {
    fires: ["OrchestratorRunsWait"],
    config: { agent: { nodeSelector: { pool: "agents" } }, job: { startDeadlineSeconds: 7200 } },
    minute: (index, { create }) => index === 0 ? create(codeRun("waits")) : Effect.void
  },
  "the agent fails": { fires: ["OrchestratorAttemptsFail"], script: failing("AgentError"), minute: steadily },
  "an image is missing": {
    fires: ["OrchestratorImagePullFails"],
    script: acting(() => ({
      refuse: { reason: "ImagePullBackOff", message: "no such image", retry: true }
    })),
    config: { job: { startDeadlineSeconds: 1500 } },
    minute: (index, { create }) => index === 0 ? create(codeRun("waits")) : Effect.void
  },
  "a node is gone with its agent": {
    fires: ["OrchestratorNodeAway"],
    script: endless,
    config: { job: { activeDeadlineSeconds: 36_000 } },
    minute: (index, { client, create, pods }) =>
      index === 0
        ? create(codeRun("works"))
        : index === 5
        ? Effect.flatMap(pods, (all) =>
          Effect.forEach(all, ({ metadata: { name = "" }, status }) =>
            client.patchStatus(PodKind, { name, namespace }, {
              type: "merge",
              body: {
                status: {
                  conditions: status?.conditions?.map((each) =>
                    each.type === "Ready" ? { ...each, status: "False" } : each
                  )
                }
              }
            })))
        : Effect.void
  },
  "the clock is five minutes ahead": { fires: ["OrchestratorClockOff"], offsetMillis: 300_000, minute: steadily },
  "runs are dear": { fires: ["OrchestratorSpendHigh"], script: reporting({ costUsd: 9 }), minute: steadily },
  "the bucket is full": {
    fires: ["OrchestratorEvidenceFails"],
    script: reporting({ evidenceProblem: "the bucket is full" }),
    minute: (index, { create }) => index === 10 ? create(codeRun("one")) : Effect.void
  },
  "the API server is slow": {
    fires: ["OrchestratorApiServerSlow"],
    trouble: (client) => ({
      ...client,
      create: (kind, object, options) => later(client.create(kind, object, options)),
      replaceStatus: (kind, object, options) => later(client.replaceStatus(kind, object, options)),
      patch: (kind, ref, patch, options) => later(client.patch(kind, ref, patch, options))
    }),
    minute: steadily
  },
  "the API server throttles": {
    fires: ["OrchestratorApiServerRefuses"],
    trouble: (client) => ({
      ...client,
      create: (kind, object, options) => sometimes(client.create(kind, object, options)),
      replaceStatus: (kind, object, options) => sometimes(client.replaceStatus(kind, object, options)),
      patch: (kind, ref, patch, options) => sometimes(client.patch(kind, ref, patch, options))
    }),
    minute: steadily
  },
  "a watch is silent": {
    fires: ["OrchestratorWatchLags"],
    trouble: (client) => ({
      ...client,
      watch: (kind, options) =>
        kind.plural === "configmaps" && options?.sendInitialEvents !== true
          ? Stream.never
          : kind.plural === "configmaps"
          ? Stream.concat(
            Stream.takeUntil(client.watch(kind, options), ({ type }) => type === "BOOKMARK"),
            Stream.never
          )
          : client.watch(kind, options)
    })
  }
}

const clientOf = ({ trouble = (client) => client }: Scenario) =>
  Layer.effect(
    KubernetesClient,
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      return yield* Effect.provideService(measuredClient, KubernetesClient, trouble(client))
    })
  )

/** What was read of the product in it. */
export const recorded = (scenario: Scenario) => {
  const { config = {}, leadership = Leadership.layerAlone, minute, minutes = 60, script = delivering() } = scenario
  const notAsked = Effect.die("nobody asks this server")
  const apiServer = Layer.succeed(ApiServer, {
    document: () => notAsked,
    ask: () => notAsked,
    clockOffsetMillis: Effect.succeed(scenario.offsetMillis ?? 400)
  })
  const product = Layer.merge(Controller.layer, Layer.effectDiscard(tellClockOffset)).pipe(
    Layer.provide(apiServer),
    Layer.provide(leadership),
    Layer.provide(clientOf(scenario)),
    Layer.provide(templates()),
    Layer.provide(Layer.succeed(ControllerSettings, { config: configOf(config), namespace }))
  )
  return ownMetrics(
    Effect.gen(function*() {
      const does = yield* verbs
      yield* pass("1 second")
      return yield* record(
        minutes,
        (index) => Effect.andThen(minute?.(index, does) ?? Effect.void, pass("1 minute", "5 seconds"))
      )
    }).pipe(Effect.provide(Layer.provideMerge(product, cluster(script))))
  )
}
