/**
 * Runs one container of a pod to its end: waits for what it needs, starts it again where the restart policy says so, and backs off from
 * a runtime that refuses. Everything is told to the pod's board.
 */
import type { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Clock, Deferred, Duration, Effect } from "effect"
import { type BackOff, backOffAt, firstBackOff, lastBackOff } from "./BackOff.ts"
import { expanded, resolveEnv } from "./ContainerEnv.ts"
import type { PodBoard } from "./PodBoard.ts"
import { running, startsAgain, terminated, waiting } from "./PodRecord.ts"
import { type ContainerRequest, PodRuntime, type StartRefused } from "./PodRuntime.ts"
import { readiness } from "./Probe.ts"
import { type Stopping, unlessStopped } from "./Stopping.ts"
import type { Files } from "./VolumeFiles.ts"

export interface ContainerRun {
  readonly board: PodBoard
  readonly name: string
  readonly files: ReadonlyMap<string, Files>
  readonly stopping: Stopping
  /** Completed when the container runs for the first time. */
  readonly started: Deferred.Deferred<void>
}

/** How long a refused pull is shown as an error before it is shown as a wait. */
const showError = 2000

const pullBackOff = (count: number): number => Math.min(lastBackOff, firstBackOff * 2 ** Math.min(count, 8))

type Attempt = { readonly _tag: "Ended"; readonly exitCode: number } | { readonly _tag: "Refused" }

const prepare = Effect.fnUntraced(
  function*({ board, files, name }: ContainerRun, container: ContainerRequest["container"]) {
    const shown = board.record(name)?.state ?? waiting("ContainerCreating")
    const onMissing = (what: string) => board.update(name, { state: waiting("CreateContainerConfigError", what) })
    const env = yield* resolveEnv(board.pod(), container, onMissing)
    yield* board.update(name, { state: shown })
    return { pod: board.pod(), container: expanded(container, env), env, files }
  }
)

const refuse = Effect.fnUntraced(
  function*({ board, name, stopping }: ContainerRun, refusal: StartRefused, count: number) {
    const now = yield* Clock.currentTimeMillis
    if (!refusal.retry) {
      const exit = { exitCode: 128, reason: "StartError", message: refusal.message }
      yield* board.update(name, { state: terminated(exit, { startedAt: now, finishedAt: now }) })
      return { _tag: "Ended", exitCode: 128 } satisfies Attempt
    }
    const total = pullBackOff(count)
    const pull = refusal.reason === "ErrImagePull"
    const image = board.record(name)?.spec.image ?? ""
    const backingOff = waiting(
      "ImagePullBackOff",
      `Back-off pulling image "${image}": ErrImagePull: ${refusal.message}`
    )
    yield* board.update(name, {
      state: pull && count > 0 ? backingOff : waiting(refusal.reason, refusal.message)
    })
    if (pull && count === 0) {
      yield* unlessStopped(stopping, Effect.sleep(Duration.millis(showError)))
      yield* board.update(name, { state: backingOff })
    }
    yield* unlessStopped(stopping, Effect.sleep(Duration.millis(pull && count === 0 ? total - showError : total)))
    return { _tag: "Refused" } satisfies Attempt
  }
)

const attempt = Effect.fnUntraced(function*(run: ContainerRun, request: ContainerRequest) {
  const runtime = yield* PodRuntime
  const { board, name, started, stopping } = run
  const container = yield* runtime.start(request)
  const startedAt = yield* Clock.currentTimeMillis
  const probing = readiness(request.container, board.address, (ready) => board.update(name, { ready }))
  yield* board.update(name, { state: running(startedAt), ...(probing === undefined ? {} : { ready: false }) })
  if (probing !== undefined) yield* Effect.forkScoped(probing)
  yield* Deferred.succeed(started, undefined)
  yield* stopping.track(container)
  const exit = yield* container.exit
  const finishedAt = yield* Clock.currentTimeMillis
  yield* board.update(name, { state: terminated(exit, { startedAt, finishedAt }) })
  return { _tag: "Ended", exitCode: exit.exitCode } satisfies Attempt
}, Effect.scoped)

/** Shows the last end, waits, and counts the restart; answers with what the next one goes by. */
const restart = Effect.fnUntraced(function*({ board, name, stopping }: ContainerRun, before: BackOff | undefined) {
  const { next, wait } = backOffAt(before, yield* Clock.currentTimeMillis)
  const record = board.record(name)
  if (record === undefined) return next
  const { restartCount, spec, state } = record
  if (wait > 0) {
    const message = `back-off ${Duration.format(Duration.millis(wait))} restarting failed container ${spec.name}`
    yield* board.update(name, { state: waiting("CrashLoopBackOff", message), lastState: state })
    yield* unlessStopped(stopping, Effect.sleep(Duration.millis(wait)))
  }
  yield* stopping.isRequested()
    ? board.update(name, { state })
    : board.update(name, { lastState: state, restartCount: restartCount + 1 })
  return next
})

/** Its exit code; undefined when it was stopped before it ran. */
export const runContainer = Effect.fnUntraced(function*(run: ContainerRun): Effect.fn.Return<
  number | undefined,
  never,
  KubernetesClient | PodRuntime
> {
  const { board, name, stopping } = run
  const record = board.record(name)
  if (record === undefined) return undefined
  const policy = board.pod().spec.restartPolicy
  let refusals = 0
  let exitCode: number | undefined
  let backOff: BackOff | undefined
  while (!stopping.isRequested()) {
    const request = yield* unlessStopped(stopping, prepare(run, record.spec))
    if (request === undefined) break
    const ended: Attempt = yield* attempt(run, request).pipe(
      Effect.catchTag("StartRefused", (refusal) => refuse(run, refusal, refusals))
    )
    if (ended._tag === "Refused") {
      refusals += 1
      continue
    }
    exitCode = ended.exitCode
    if (stopping.isRequested() || !startsAgain(policy, record.role, exitCode)) break
    backOff = yield* restart(run, backOff)
  }
  return exitCode
})
