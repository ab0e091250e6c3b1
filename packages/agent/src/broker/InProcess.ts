/**
 * The broker in the runner's own process, where the agent has the credentials (`agent.credentials: env`): the same services on loopback, for
 * the runner alone. The agent keeps its own ways to its remotes and its model.
 */
import { nameFields } from "@orchestrator/domain/Decode"
import { runnerNames, sharedNames } from "@orchestrator/domain/PodEnvironment"
import { Effect, FileSystem, Result } from "effect"
import type { Environment } from "../pod/Environment.ts"
import { RunFailure, setupFailed } from "../pod/RunFailure.ts"
import { brokerInScope } from "./Broker.ts"
import { BrokerConfig, decodeBrokerSettings } from "./services/BrokerConfig.ts"
import { Credentials } from "./services/Credentials.ts"

const shared = (environment: Environment): Environment =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => sharedNames.has(name)))

/** Nothing is under way when it ends. */
const graceSeconds = 1

/** Serves for as long as the scope is open. `own`: what is for a broker alone. */
export const brokerInProcess = Effect.fn("InProcess.open")(
  function*(environment: Environment, own: Environment) {
    const decoded = decodeBrokerSettings({ ...shared(environment), ...own })
    if (Result.isFailure(decoded)) {
      return yield* setupFailed(`environment of the run: ${nameFields(decoded.failure, decoded.failure.length)}`)
    }
    const settings = decoded.success
    const fs = yield* FileSystem.FileSystem
    const state = environment[runnerNames.brokerFolder] ?? (yield* fs.makeTempDirectoryScoped({ prefix: "broker-" }))
    yield* fs.makeDirectory(state, { recursive: true, mode: 0o700 })
    return yield* brokerInScope.pipe(
      Effect.provide(Credentials.layerEnvironment),
      Effect.provideService(BrokerConfig, {
        ...settings,
        environment,
        graceSeconds,
        git: { ...settings.git, agentPushes: true },
        files: {
          ...settings.files,
          state,
          endpoint: `${state}/address.json`,
          terminationMessage: `${state}/report.txt`
        }
      })
    )
  },
  Effect.mapError((error) =>
    error instanceof RunFailure ? error : setupFailed(`the broker cannot start: ${error.message}`)
  )
)
