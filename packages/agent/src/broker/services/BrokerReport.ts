/**
 * What the broker has to say, kept in its termination message after every change. A copy in the broker's own folder lets a restarted
 * broker go on where its predecessor was killed; the agent can reach neither.
 */
import {
  type BrokerResult,
  emptyBrokerResult,
  formatBrokerResult,
  parseBrokerResult
} from "@orchestrator/domain/BrokerResult"
import { Context, Effect, FileSystem, Layer, Result, Semaphore } from "effect"
import type { Redact } from "../../pod/Redact.ts"
import { BrokerConfig } from "./BrokerConfig.ts"
import { Credentials } from "./Credentials.ts"

/** Where the copy lies in the broker's folder. */
export const reportCopy = (state: string): string => `${state}/report.json`

/** Before anything is cut. */
const withoutSecrets = (result: BrokerResult, redact: Redact): BrokerResult => {
  const { delivery, problem, pullRequestProblem, refusedModels } = result
  const { pushRefused } = delivery ?? {}
  return {
    ...result,
    ...(delivery === undefined || pushRefused === undefined
      ? {}
      : { delivery: { ...delivery, pushRefused: redact(pushRefused) } }),
    ...(problem === undefined ? {} : { problem: redact(problem) }),
    ...(refusedModels === undefined ? {} : { refusedModels: refusedModels.map(redact) }),
    ...(pullRequestProblem === undefined ? {} : { pullRequestProblem: redact(pullRequestProblem) })
  }
}

export class BrokerReport extends Context.Service<BrokerReport, {
  readonly read: Effect.Effect<BrokerResult>
  /** Changes the report; it is written when this returns. */
  readonly update: (change: (result: BrokerResult) => BrokerResult) => Effect.Effect<void>
}>()("@orchestrator/agent/broker/services/BrokerReport") {
  static readonly layer = Layer.effect(
    BrokerReport,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { files } = yield* BrokerConfig
      const { redact } = yield* Credentials
      const copy = reportCopy(files.state)
      const before = yield* fs.readFileString(copy).pipe(Effect.orElseSucceed(() => undefined))
      let current = Result.getOrElse(parseBrokerResult(before), () => emptyBrokerResult)
      let written: BrokerResult | undefined
      let length = 0
      const turn = yield* Semaphore.make(1)

      /** In place and never shorter than before, so that no moment has half a message. */
      const inPlace = (text: string) => {
        const bytes = new TextEncoder().encode(text)
        const padded = Buffer.alloc(Math.max(bytes.length, length), " ")
        padded.set(bytes)
        length = padded.length
        return fs.writeFile(files.terminationMessage, padded, { flag: "r+" }).pipe(
          Effect.catch(() => fs.writeFile(files.terminationMessage, padded))
        )
      }

      const attempt = Effect.gen(function*() {
        if (written === current) return
        const result = current
        const text = formatBrokerResult(withoutSecrets(result, redact))
        yield* fs.writeFileString(`${copy}.new`, text)
        yield* fs.rename(`${copy}.new`, copy)
        yield* inPlace(text)
        written = result
      }).pipe(turn.withPermit, Effect.uninterruptible)
      const write = attempt.pipe(
        Effect.catch((error) => Effect.logError(`cannot write the brokerReport: ${error.message}`))
      )
      // A broker that could not say what it has delivered must not begin.
      yield* attempt

      return BrokerReport.of({
        read: Effect.sync(() => current),
        update: (change) =>
          Effect.suspend(() => {
            current = change(current)
            return write
          })
      })
    })
  )
}
