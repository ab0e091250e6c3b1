/** The broker as one effect: environment in, report out. Interrupt it to stop it. */
import { emptyBrokerResult, formatBrokerResult, parseBrokerResult } from "@orchestrator/domain/BrokerResult"
import { nameFields } from "@orchestrator/domain/Decode"
import { brokerNames, terminationMessagePath } from "@orchestrator/domain/PodEnvironment"
import { Effect, FileSystem, Result } from "effect"
import { readEnvironment } from "../pod/Environment.ts"
import { redactor } from "../pod/Redact.ts"
import { layerRunnerLog } from "../pod/RunnerLog.ts"
import { broker } from "./Broker.ts"
import { BrokerConfig, decodeBrokerSettings } from "./services/BrokerConfig.ts"
import { reportCopy } from "./services/BrokerReport.ts"
import { Credentials } from "./services/Credentials.ts"

/** Says in the log and in the report why there is no broker. What one before it reported stays. */
const giveUp = Effect.fnUntraced(function*(path: string, problem: string, copy?: string) {
  const fs = yield* FileSystem.FileSystem
  const before = copy === undefined
    ? undefined
    : yield* fs.readFileString(copy).pipe(Effect.orElseSucceed(() => undefined))
  const brokerReport = Result.getOrElse(parseBrokerResult(before), () => emptyBrokerResult)
  yield* Effect.logError(problem)
  yield* fs.writeFileString(path, formatBrokerResult({ ...brokerReport, problem })).pipe(
    Effect.catch((error) => Effect.logError(`cannot write to ${path}: ${error.message}`))
  )
  return 1
})

/** Serves until interrupted; answers only when it cannot start. */
export const main = Effect.gen(function*() {
  const environment = yield* readEnvironment
  const path = environment[brokerNames.terminationMessagePath] ?? terminationMessagePath
  const decoded = decodeBrokerSettings(environment)
  if (Result.isFailure(decoded)) {
    return yield* giveUp(path, `environment of the broker: ${nameFields(decoded.failure, decoded.failure.length)}`)
      .pipe(
        Effect.provide(layerRunnerLog(redactor(environment)))
      )
  }
  const settings = decoded.success
  const fs = yield* FileSystem.FileSystem
  const run = Effect.gen(function*() {
    const { redact } = yield* Credentials
    return yield* fs.makeDirectory(settings.files.state, { recursive: true, mode: 0o700 }).pipe(
      Effect.andThen(broker),
      Effect.catch((error) =>
        giveUp(path, redact(`the broker cannot start: ${error.message}`), reportCopy(settings.files.state))
      ),
      Effect.provide(layerRunnerLog(redact))
    )
  })
  return yield* run.pipe(
    Effect.provide(Credentials.layer),
    Effect.provideService(BrokerConfig, settings)
  )
})
