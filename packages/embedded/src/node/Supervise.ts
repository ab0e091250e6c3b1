/** Follows a container's process to its end: output to the logs, signals with grace, and nothing of it left when it is over. */
import type { PodLogs } from "@orchestrator/k8s/PodLogs"
import { Deferred, Duration, Effect, Fiber, FileSystem, type Scope, Stream } from "effect"
import type { ContainerPlan } from "./ContainerPlan.ts"
import type { HostProcess } from "./HostProcess.ts"
import type { ContainerExit, RunningContainer } from "./PodRuntime.ts"
import { killAll, signal } from "./ProcessTable.ts"
import { findLeader } from "./Sandbox.ts"
import { readMessage } from "./TerminationMessage.ts"

/** Leaving the scope kills at once. */
export const supervise = Effect.fn("Supervise.supervise")(function*(
  plan: ContainerPlan,
  child: HostProcess,
  logs: PodLogs["Service"]
): Effect.fn.Return<RunningContainer, never, FileSystem.FileSystem | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  const scope = yield* Effect.scope
  const ended = yield* Deferred.make<ContainerExit>()
  let exited = false

  const killEverything = Effect.suspend(() => {
    signal(-child.pid, "SIGKILL")
    return killAll(plan.marker)
  })
  yield* Effect.addFinalizer(() => Deferred.isDoneUnsafe(ended) ? Effect.void : killEverything)

  const leader = yield* Deferred.make<number | undefined>()
  if (plan.sandboxed) yield* Effect.forkScoped(findLeader(child, leader))
  else yield* Deferred.succeed(leader, child.pid)
  const printing = yield* child.output.pipe(
    Stream.runForEach((bytes) => logs.append(plan.log, bytes)),
    Effect.forkScoped
  )

  yield* Effect.gen(function*() {
    const exitCode = yield* child.exitCode
    exited = true
    yield* killEverything
    yield* Effect.timeoutOption(Fiber.await(printing), "2 seconds")
    const message = yield* readMessage(plan.messageFile)
    yield* Deferred.succeed(ended, {
      exitCode,
      reason: exitCode === 0 ? "Completed" : "Error",
      ...(message === undefined ? {} : { message })
    })
  }).pipe(Effect.forkScoped)

  const terminate = Effect.map(Deferred.await(leader), (pid) => {
    if (!exited && pid !== undefined) signal(pid, "SIGTERM")
  })
  const killLater = (graceSeconds: number) =>
    Effect.sleep(Duration.seconds(graceSeconds)).pipe(
      Effect.andThen(Effect.suspend(() => exited ? Effect.void : killEverything))
    )
  const stop = (graceSeconds: number) =>
    Effect.all([terminate, killLater(graceSeconds)], { concurrency: "unbounded", discard: true }).pipe(
      Effect.provideService(FileSystem.FileSystem, fs),
      Effect.forkIn(scope),
      Effect.asVoid
    )
  return { exit: Deferred.await(ended), stop }
})
