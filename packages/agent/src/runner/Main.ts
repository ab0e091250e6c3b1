/** The runner as one effect: environment in, termination message and exit code out. Interrupt it to stop it. */
import type { AgentResult } from "@orchestrator/domain/AgentResult"
import { formatProblems } from "@orchestrator/domain/Decode"
import { Effect, Layer, Result } from "effect"
import { type Environment, readEnvironment } from "./Environment.ts"
import { Git } from "./Git.ts"
import { Processes } from "./Processes.ts"
import { redactor } from "./Redact.ts"
import { exitCodeFor, writeResult } from "./Result.ts"
import { runAttempt } from "./Runner.ts"
import { decodeSettings, RunnerConfig, terminationMessagePath } from "./RunnerConfig.ts"
import { layerRunnerLog } from "./RunnerLog.ts"
import { SessionStore } from "./SessionStore.ts"
import { Supervisor } from "./Supervisor.ts"
import { Upstream } from "./Upstream.ts"
import { WorkspaceState } from "./WorkspaceState.ts"

const Services = Layer.mergeAll(Upstream.layerDirect, SessionStore.layer, Supervisor.layer).pipe(
  Layer.provideMerge(Layer.mergeAll(Git.layer, WorkspaceState.layer, Processes.layer))
)

const attempt = (environment: Environment) =>
  Result.match(decodeSettings(environment), {
    onFailure: (problems) =>
      Effect.succeed<AgentResult>({
        outcome: "Failed",
        reason: "SetupFailed",
        message: `environment of the run: ${formatProblems(problems)}`
      }),
    onSuccess: (settings) =>
      runAttempt.pipe(
        Effect.provide(Services),
        Effect.provideService(RunnerConfig, settings),
        Effect.catch((error) =>
          Effect.succeed<AgentResult>({ outcome: "Failed", reason: "SetupFailed", message: error.message })
        )
      )
  })

/**
 * Runs the attempt that the environment describes and answers with the exit code. The code goes to `exited` as well, since an
 * interrupted fiber ends as interrupted whatever it returns.
 */
export const main = (exited: (code: number) => void) =>
  Effect.gen(function*() {
    const environment = yield* readEnvironment
    const redact = redactor(environment)
    return yield* Effect.gen(function*() {
      const result = yield* attempt(environment)
      yield* writeResult(environment["TERMINATION_MESSAGE_PATH"] ?? terminationMessagePath, result, redact)
      exited(exitCodeFor(result))
      return exitCodeFor(result)
    }).pipe(Effect.provide(layerRunnerLog(redact)))
  }).pipe(Effect.uninterruptible)
