/** One attempt as its Job starts it: the run's files, the broker's container where it has one, and the agent's. */
import { type AgentResult, parseAgentResult } from "@orchestrator/domain/AgentResult"
import { type BrokerResult, parseBrokerResult } from "@orchestrator/domain/BrokerResult"
import { Effect, Result, Schedule, Scope } from "effect"
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { PodOfJob } from "../../../../tools/agent/JobOf.ts"
import { judge } from "../../../../tools/agent/Judgement.ts"
import { type Container, startContainer } from "./Container.ts"
import { agentSpec, brokerSpec, jobOf, type PodOptions } from "./PodSpecs.ts"
import type { World } from "./World.ts"

export interface PodEnd {
  readonly exitCode: number
  readonly runnerReport: AgentResult
  readonly brokerReport: BrokerResult | undefined
  /** The reason with which the run ends. */
  readonly reason: string
  readonly message: string
  readonly log: string
  readonly brokerLog: string
}

export interface Pod {
  readonly folder: string
  readonly agent: Container
  /** The broker that runs now. */
  readonly broker: () => Container | undefined
  readonly restartBroker: Effect.Effect<void>
  /** Waits until the agent's container has ended, then ends the broker as a kubelet does. */
  readonly end: Effect.Effect<PodEnd>
  /** The termination messages as they are now. */
  readonly messages: () => { readonly runnerReport: string | undefined; readonly brokerReport: string | undefined }
}

const read = (file: string): string | undefined => (existsSync(file) ? readFileSync(file, "utf8") : undefined)

/** Until this holds, for at most three minutes. */
export const until = (what: string, holds: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => holds() ? Effect.void : Effect.fail(`${what}: not within three minutes`)).pipe(
    Effect.retry({ schedule: Schedule.spaced("50 millis"), times: 3600 }),
    Effect.orDie
  )

const layOut = (world: World, job: PodOfJob, options: PodOptions): string => {
  const folder = join(world.folder, `pod-${String(process.hrtime.bigint())}`)
  for (const name of ["config", "endpoint", "state"]) mkdirSync(join(folder, name), { recursive: true })
  for (const name of ["runnerReport", "brokerReport"]) writeFileSync(join(folder, name), "")
  for (const [at, text] of Object.entries(options.agent?.ofRoot ?? {})) {
    mkdirSync(dirname(join(folder, "image", at)), { recursive: true })
    writeFileSync(join(folder, "image", at), text, { mode: 0o644 })
  }
  const files = options.files?.(job.files) ?? job.files
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, "config", name), text)
    chmodSync(join(folder, "config", name), 0o555)
  }
  return folder
}

/** Starts the pod of an attempt. */
export const startPod = Effect.fnUntraced(function*(world: World, options: PodOptions = {}) {
  const job = jobOf(world, options)
  const folder = layOut(world, job, options)
  const brokered = options.credentials !== "env"
  let brokerLogs = ""
  let broker: Container | undefined
  const startBroker = Effect.gen(function*() {
    brokerLogs += broker?.log() ?? ""
    broker = yield* startContainer(brokerSpec(world, job, folder, options), folder)
  })
  const scope = yield* Effect.scope
  if (brokered) yield* startBroker
  const agent = yield* startContainer(agentSpec(world, job, folder, options), folder)
  const messages = () => ({
    runnerReport: read(join(folder, "runnerReport")),
    brokerReport: read(join(folder, "brokerReport"))
  })
  const end = Effect.gen(function*() {
    const { exitCode } = yield* agent.ended
    if (broker !== undefined) {
      yield* broker.signal("SIGTERM")
      yield* broker.ended
    }
    const { runnerReport, brokerReport } = messages()
    const verdict = judge({ exitCode, runnerReport, brokerReport, brokered, cancelled: options.cancelled ?? false })
    const parsed = parseAgentResult(runnerReport)
    const podEnd: PodEnd = {
      exitCode,
      runnerReport: Result.isSuccess(parsed)
        ? parsed.success
        : { outcome: "Failed", message: `no report: ${runnerReport}` },
      brokerReport: brokered ? Result.getOrUndefined(parseBrokerResult(brokerReport)) : undefined,
      reason: verdict.reason,
      message: verdict.message,
      log: agent.log(),
      brokerLog: brokerLogs + (broker?.log() ?? "")
    }
    return podEnd
  })
  const pod: Pod = {
    folder,
    agent,
    broker: () => broker,
    restartBroker: Effect.provideService(startBroker, Scope.Scope, scope),
    end,
    messages
  }
  return pod
})
