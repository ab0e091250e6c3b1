/** The runner as one effect: environment in, termination message and exit code out. Interrupt it to stop it. */
import { NodeHttpClient } from "@effect/platform-node"
import type { AgentResult } from "@orchestrator/domain/AgentResult"
import { nameFields } from "@orchestrator/domain/Decode"
import { runnerNames, sharedNames, terminationMessagePath } from "@orchestrator/domain/PodEnvironment"
import { Cause, Effect, Exit, type FileSystem, Layer, Result } from "effect"
import type { ChildProcessSpawner } from "effect/process"
import { defaultAgent } from "../agents/Agents.ts"
import { type BrokerSettings, decodeBrokerSettings } from "../broker/services/BrokerConfig.ts"
import { Git } from "../git/Git.ts"
import { Upstream } from "../git/Upstream.ts"
import { type Environment, readEnvironment } from "../pod/Environment.ts"
import { Redaction, redactor } from "../pod/Redact.ts"
import type { RunFailure } from "../pod/RunFailure.ts"
import { layerRunnerLog } from "../pod/RunnerLog.ts"
import { Evidence, evidenceIn, openEvidence } from "./evidence/Evidence.ts"
import { layerBroker } from "./handover/BrokerHandover.ts"
import { layerDirect } from "./handover/DirectHandover.ts"
import type { Handover } from "./handover/Handover.ts"
import { Submodules } from "./handover/Submodules.ts"
import { Processes } from "./loop/Processes.ts"
import { SessionStore } from "./loop/SessionStore.ts"
import { Supervisor } from "./loop/Supervisor.ts"
import { exitCodeFor, writeResult } from "./Result.ts"
import { runAttempt } from "./Runner.ts"
import { awaitEndpoint, basicCredentials, brokered, type Endpoint } from "./services/Endpoint.ts"
import { RunnerConfig } from "./services/RunnerConfig.ts"
import { decodeSettings } from "./Settings.ts"
import { layerCloneSigning } from "./sign/CloneSigning.ts"
import { WorkspaceState } from "./workspace/WorkspaceState.ts"

const Basis = Layer.mergeAll(Git.layer, WorkspaceState.layer, Processes.layer, NodeHttpClient.layerNodeHttp)

const servicesWith = <E>(
  remotes: Layer.Layer<Upstream | Submodules | Handover, E, Layer.Success<typeof Basis> | Needs>
) => Layer.mergeAll(remotes, SessionStore.layer, Supervisor.layer).pipe(Layer.provideMerge(Basis))

type Needs = Evidence | RunnerConfig | FileSystem.FileSystem | ChildProcessSpawner.ChildProcessSpawner

const failed = (message: string): AgentResult => ({ outcome: "Failed", reason: "SetupFailed", message })

/** What a broker would be told as well. */
const shared = (environment: Environment): Environment =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => sharedNames.has(name)))

const withoutEndpoint = (settings: BrokerSettings) =>
  Layer.mergeAll(Upstream.layerDirect, Submodules.layerDirect(settings), layerDirect(settings))

/** The attempt with the broker at this address, or with the broker's parts in this process. */
const attempt = (environment: Environment, endpoint: Endpoint | undefined) =>
  Result.match(
    Result.gen(function*() {
      const settings = yield* decodeSettings(environment)
      const remotes = endpoint === undefined
        ? withoutEndpoint(yield* decodeBrokerSettings(shared(environment)))
        : Layer.mergeAll(
          Upstream.layerBroker(endpoint),
          Submodules.layerBroker(endpoint),
          layerBroker(endpoint),
          layerCloneSigning(endpoint, environment[runnerNames.brokerEndpointFile] ?? "")
        )
      return { settings, services: servicesWith(remotes) }
    }),
    {
      onFailure: (problems) =>
        Effect.succeed(failed(`environment of the run: ${nameFields(problems, problems.length)}`)),
      onSuccess: ({ services, settings }) =>
        runAttempt.pipe(
          Effect.provide(services),
          Effect.provideService(RunnerConfig, settings),
          Effect.catch(({ message }) => Effect.succeed(failed(message)))
        )
    }
  )

/** The pod's broker, once it is there; undefined where the pod has none. */
const findBroker = Effect.fnUntraced(function*(environment: Environment) {
  const file = environment[runnerNames.brokerEndpointFile]
  const seconds = Number(environment[runnerNames.brokerSeconds])
  return file === undefined ? undefined : yield* awaitEndpoint(file, seconds > 0 ? seconds : 90)
})

/**
 * Runs the attempt that the environment describes and answers with the exit code. The code goes to `exited` as well, since an
 * interrupted fiber ends as interrupted whatever it returns.
 */
export const main = (exited: (code: number) => void) =>
  Effect.gen(function*() {
    const given = yield* readEnvironment
    const files = yield* openEvidence(given).pipe(Effect.provide(layerRunnerLog(redactor(given))))
    const found = yield* findBroker(given).pipe(
      Effect.interruptible,
      Effect.exit,
      Effect.provide(layerRunnerLog(redactor(given), files?.log))
    )
    const endpoint = Exit.isSuccess(found) ? found.value : undefined
    const environment = endpoint === undefined ? given : brokered(given, endpoint, defaultAgent)
    const redact = redactor(
      endpoint === undefined ? environment : { ...environment, BROKER_CREDENTIAL: basicCredentials(endpoint) }
    )
    return yield* Effect.gen(function*() {
      const result = Exit.isSuccess(found) ? yield* attempt(environment, endpoint) : withoutBroker(found.cause)
      yield* writeResult(environment[runnerNames.terminationMessagePath] ?? terminationMessagePath, result, redact)
      exited(exitCodeFor(result))
      return exitCodeFor(result)
    }).pipe(
      Effect.provideService(Evidence, yield* evidenceIn(files, redact)),
      Effect.provideService(Redaction, redact),
      Effect.provide(layerRunnerLog(redact, files?.log))
    )
  }).pipe(Effect.uninterruptible)

const withoutBroker = (cause: Cause.Cause<RunFailure>): AgentResult =>
  Cause.hasInterrupts(cause)
    ? { outcome: "Interrupted", message: "Stopped before the broker was ready." }
    : failed(Cause.prettyErrors(cause).map(({ message }) => message).join("; "))
