/** The runner as one effect: environment in, termination message and exit code out. Interrupt it to stop it. */
import type { AgentResult } from "@orchestrator/domain/AgentResult"
import { nameFields } from "@orchestrator/domain/Decode"
import { runnerNames, terminationMessagePath } from "@orchestrator/domain/PodEnvironment"
import { Cause, Effect, Exit, Layer, Result } from "effect"
import { agentNamed, loadAgent } from "../agents/Agents.ts"
import { Git } from "../git/Git.ts"
import { Upstream } from "../git/Upstream.ts"
import type { BrokerRoute } from "../git/UpstreamAccess.ts"
import { type Environment, readEnvironment } from "../pod/Environment.ts"
import { type Redact, Redaction, redactor } from "../pod/Redact.ts"
import type { RunFailure } from "../pod/RunFailure.ts"
import { layerRunnerLog } from "../pod/RunnerLog.ts"
import { findBroker } from "./BrokerRoute.ts"
import { Evidence, evidenceIn, openEvidence } from "./evidence/Evidence.ts"
import { makeRelay, type Relay } from "./evidence/Relay.ts"
import { Handover } from "./handover/Handover.ts"
import { Submodules } from "./handover/Submodules.ts"
import { Processes } from "./loop/Processes.ts"
import { SessionStore } from "./loop/SessionStore.ts"
import { Supervisor } from "./loop/Supervisor.ts"
import { exitCodeFor, writeResult } from "./Result.ts"
import { runAttempt } from "./Runner.ts"
import { basicCredentials, brokered } from "./services/Endpoint.ts"
import { RunnerConfig } from "./services/RunnerConfig.ts"
import { decodeSettings } from "./Settings.ts"
import { layerCloneSigning } from "./sign/CloneSigning.ts"
import { WorkspaceState } from "./workspace/WorkspaceState.ts"

const Basis = Layer.mergeAll(Git.layer, WorkspaceState.layer, Processes.layer)

const servicesFor = (route: BrokerRoute, endpointFile: string) =>
  Layer.mergeAll(
    Upstream.layer(route),
    Submodules.layer(route),
    Handover.layer(route.endpoint),
    layerCloneSigning(route.endpoint, endpointFile),
    SessionStore.layer,
    Supervisor.layer
  ).pipe(Layer.provideMerge(Basis))

const failed = (message: string): AgentResult => ({ outcome: "Failed", reason: "SetupFailed", message })

/** The attempt that an environment describes. Secrets that come to be known are told to `blank`. */
const attempt = Effect.fnUntraced(function*(
  given: Environment,
  relay: Relay,
  blank: (secrets: Environment) => void
) {
  const agent = yield* loadAgent(agentNamed(given[runnerNames.agent]))
  const decoded = decodeSettings(given, agent)
  if (Result.isFailure(decoded)) {
    return failed(`environment of the run: ${nameFields(decoded.failure, decoded.failure.length)}`)
  }
  const found = yield* findBroker(given).pipe(
    Effect.provideService(RunnerConfig, decoded.success),
    Effect.interruptible,
    Effect.exit
  )
  if (Exit.isFailure(found)) return withoutBroker(found.cause)
  const route = found.value
  const { endpoint, ownAccess } = route
  blank({ BROKER_TOKEN: endpoint.token, BROKER_CREDENTIAL: basicCredentials(endpoint) })
  // In this process it is no other place than this container.
  if (ownAccess === undefined) yield* relay.connect(endpoint)
  const environment = ownAccess === undefined ? brokered(given, endpoint, agent) : given
  return yield* runAttempt.pipe(
    Effect.provide(servicesFor(route, given[runnerNames.brokerEndpointFile] ?? "")),
    Effect.provideService(RunnerConfig, { ...decoded.success, environment })
  )
})

/**
 * Runs the attempt that the environment describes and answers with the exit code. The code goes to `exited` as well, since an
 * interrupted fiber ends as interrupted whatever it returns.
 */
export const main = (exited: (code: number) => void) =>
  Effect.gen(function*() {
    const given = yield* readEnvironment
    let blanking = redactor(given)
    const redact: Redact = (text) => blanking(text)
    const files = yield* openEvidence(given).pipe(Effect.provide(layerRunnerLog(redact)))
    const relay = yield* makeRelay
    return yield* Effect.gen(function*() {
      const result = yield* attempt(given, relay, (secrets) => {
        blanking = redactor({ ...given, ...secrets })
      })
      yield* writeResult(given[runnerNames.terminationMessagePath] ?? terminationMessagePath, result, redact)
      exited(exitCodeFor(result))
      return exitCodeFor(result)
    }).pipe(
      Effect.scoped,
      Effect.provideService(Evidence, yield* evidenceIn(files, relay, redact)),
      Effect.provideService(Redaction, redact),
      Effect.provide(layerRunnerLog(redact, [...(files === undefined ? [] : [files.log.append]), relay.log])),
      Effect.ensuring(relay.finish)
    )
  }).pipe(Effect.uninterruptible)

const withoutBroker = (cause: Cause.Cause<RunFailure>): AgentResult =>
  Cause.hasInterrupts(cause)
    ? { outcome: "Interrupted", message: "Stopped before the broker was ready." }
    : failed(Cause.prettyErrors(cause).map(({ message }) => message).join("; "))
