/** `orchestrator doctor`: looks at everything that a run needs, and says what to do next where something is amiss. */
import { NodeHttpClient } from "@effect/platform-node"
import { gitTokenSecretName, sshSecretName, tokenSecretName } from "@orchestrator/domain/Names"
import { decodeConfig, type OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import { Console, Effect, Layer, Option, Result } from "effect"
import { CommandFailed } from "../connect/CommandFailed.ts"
import { type ConnectInput, findServer, namespaceOf } from "../connect/Connect.ts"
import { clusterLines } from "../doctor/ClusterLines.ts"
import { installationFacts } from "../doctor/Facts.ts"
import { modelKeyLine } from "../doctor/ModelKeyLine.ts"
import { serverLines } from "../doctor/ServerLines.ts"
import { clusterFacts } from "../serve/ClusterFacts.ts"
import { fail, findingLines, hasFailed, type Line } from "../serve/Line.ts"
import { findings } from "../serve/StartChecks.ts"
import { linesText } from "../show/DoctorText.ts"
import { structured } from "../show/Output.ts"
import { withServer } from "./Session.ts"

export interface DoctorInput extends ConnectInput {
  readonly user: ReadonlyArray<string>
  readonly testKey: boolean
  readonly output: "table" | "json" | "yaml"
}

/** Where no configuration was found, the built-in one. */
const builtIn = Result.getOrThrow(decodeConfig({}))

/** As the start of the program looks; rights are those of the service account, which are asked for otherwise. */
const startLines = Effect.fnUntraced(function*(config: OrchestratorConfig, namespace: string) {
  const facts = { ...yield* clusterFacts({ config, namespace }), denied: [], places: [] }
  const needs = { namespace, credentials: config.agent.credentials }
  const version = findings({ ...facts, namespaceMissing: false, definitions: [] }, needs)
  const definitions = findings({ ...facts, namespaceMissing: false }, needs).slice(version.length)
  const space = facts.namespaceMissing ? findings({ ...facts, definitions: [] }, needs).slice(version.length) : []
  return [
    ...findingLines("cluster version", facts.version.gitVersion, version),
    ...findingLines("namespace", namespace, space),
    ...findingLines("definitions", facts.definitions.map(({ kind }) => kind).join(", "), definitions)
  ]
})

const installationLines = Effect.fnUntraced(function*(input: DoctorInput, namespace: string) {
  const place = { namespace, name: input.apiService.replace(/^https?:/, "").replace(/:.*$/, "") }
  const facts = yield* installationFacts(
    place,
    input.user,
    (user) => [sshSecretName(user), tokenSecretName(user), gitTokenSecretName(user)]
  )
  const config = facts.config ?? builtIn
  const key = input.testKey
    ? [yield* modelKeyLine(config, facts.secrets.get(config.secrets.apiKeySecretName) ?? "missing", namespace)]
    : []
  return [...yield* startLines(config, namespace), ...clusterLines(facts), ...key]
})

const inCluster = (
  input: DoctorInput,
  kubeconfig: string | undefined,
  context: string | undefined,
  namespace: string
) =>
  installationLines(input, namespace).pipe(
    Effect.provide(Layer.merge(liveClient({ kubeconfig, context }), NodeHttpClient.layerUndici)),
    Effect.catch((error): Effect.Effect<ReadonlyArray<Line>> =>
      Effect.succeed([
        fail("cluster", error.message, "Is this the right kubeconfig and context? kubectl cluster-info")
      ])
    )
  )

export const doctor = Effect.fn("doctor")(function*(input: DoctorInput) {
  const place = yield* findServer(input)
  const through = place._tag === "ThroughCluster"
  const named = Option.isSome(input.kubeconfig) || Option.isSome(input.context)
  const namespace = through ? place.namespace : yield* namespaceOf(input)
  const cluster = through || named
    ? yield* inCluster(input, Option.getOrUndefined(input.kubeconfig), Option.getOrUndefined(input.context), namespace)
    : []
  const server = yield* withServer(input, serverLines).pipe(
    Effect.catchTag("CommandFailed", ({ message }) => Effect.succeed([fail("server", message)]))
  )
  const lines = [...cluster, ...server]
  yield* Console.log(input.output === "table" ? linesText(lines) : structured({ checks: lines }, input.output))
  if (!hasFailed(lines)) return
  return yield* new CommandFailed({ message: "Something keeps runs from working: see the lines that say fail" })
})
