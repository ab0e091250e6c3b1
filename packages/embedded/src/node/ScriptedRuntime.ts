/**
 * A PodRuntime that runs nothing: what a container does is a program of outcomes on the Clock. For tests and benchmarks of what lies
 * above the node.
 */
import { PodLogs } from "@orchestrator/k8s/PodLogs"
import { Context, Deferred, Duration, Effect, Exit, Layer, Scope } from "effect"
import {
  type ContainerExit,
  type ContainerRequest,
  PodRuntime,
  type RunningContainer,
  StartRefused
} from "./PodRuntime.ts"

/** What a container does. Everything absent: it runs for a second and exits with 0; a sidecar until it is stopped. */
export interface ScriptedContainer {
  /** The runtime does not start it. */
  readonly refuse?: { readonly reason: string; readonly message: string; readonly retry: boolean }
  /** How long it runs; `never`: until it is stopped or finished by hand. */
  readonly after?: Duration.Input | "never"
  readonly exitCode?: number
  /** `Completed` or `Error` by the exit code, when absent. */
  readonly reason?: string
  /** Termination message. */
  readonly message?: string
  /** Printed at its start. */
  readonly logs?: ReadonlyArray<string>
  /** On SIGTERM: ends after a while with this exit; `ignore`: runs on until it is killed. Absent: at once with 143. */
  readonly onTerminate?: "ignore" | {
    readonly after?: Duration.Input
    readonly exitCode?: number
    readonly message?: string
  }
}

/** The outcome of a container; undefined: the default. */
export type Script = (request: ContainerRequest) => ScriptedContainer | undefined

/** A container that was started, in the order of starts. */
export interface Started {
  readonly request: ContainerRequest
  readonly isRunning: () => boolean
}

/** The handle of a test. */
export class ScriptedNode extends Context.Service<ScriptedNode, {
  /** Replaces the script for containers that start from now on. */
  readonly script: (script: Script) => Effect.Effect<void>
  readonly started: Effect.Effect<ReadonlyArray<Started>>
  /** Ends every running container that matches; answers how many did. */
  readonly finish: (
    matches: (request: ContainerRequest) => boolean,
    exit: Pick<ScriptedContainer, "exitCode" | "message" | "reason">
  ) => Effect.Effect<number>
}>()("@orchestrator/embedded/node/ScriptedNode") {}

interface Live extends Started {
  readonly end: (exit: ContainerExit) => void
}

const exitOf = (
  { exitCode = 0, message, reason }: Pick<ScriptedContainer, "exitCode" | "message" | "reason">
): ContainerExit => ({
  exitCode,
  reason: reason ?? (exitCode === 0 ? "Completed" : "Error"),
  ...(message === undefined ? {} : { message })
})

/** A sidecar that a script says nothing of is there for as long as it is needed. */
const byDefault = ({ container }: ContainerRequest): ScriptedContainer =>
  container.restartPolicy === "Always" ? { after: "never", onTerminate: { exitCode: 0 } } : {}

const killed = exitOf({ exitCode: 137 })

const make = Effect.fnUntraced(function*(initial: Script) {
  const logs = yield* PodLogs
  const started: Array<Live> = []
  let current = initial

  const print = ({ container, pod }: ContainerRequest, lines: ReadonlyArray<string>) =>
    lines.length === 0 ? Effect.void : logs.append(
      { podUid: pod.metadata.uid ?? "", container: container.name },
      new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""))
    )

  const start = Effect.fnUntraced(function*(request: ContainerRequest) {
    const outcome = current(request) ?? byDefault(request)
    if (outcome.refuse !== undefined) return yield* new StartRefused(outcome.refuse)
    const scope = yield* Effect.scope
    const exit = Deferred.makeUnsafe<ContainerExit>()
    const end = (how: ContainerExit) => void Deferred.doneUnsafe(exit, Exit.succeed(how))
    const endAfter = (delay: Duration.Input, how: ContainerExit) =>
      Effect.sleep(delay).pipe(Effect.andThen(Effect.sync(() => end(how))), Effect.forkIn(scope))

    started.push({ request, isRunning: () => !Deferred.isDoneUnsafe(exit), end })
    yield* Scope.addFinalizer(scope, Effect.sync(() => end(killed)))
    yield* print(request, outcome.logs ?? [])
    if (outcome.after !== "never") yield* endAfter(outcome.after ?? "1 second", exitOf(outcome))

    const stop = Effect.fnUntraced(function*(graceSeconds: number) {
      const reaction = outcome.onTerminate ?? {}
      yield* endAfter(Duration.seconds(graceSeconds), killed)
      if (reaction !== "ignore") {
        yield* endAfter(reaction.after ?? 0, exitOf({ ...reaction, exitCode: reaction.exitCode ?? 143 }))
      }
    })
    return { exit: Deferred.await(exit), stop } satisfies RunningContainer
  })

  return Context.make(PodRuntime, PodRuntime.of({ start, forget: () => Effect.void })).pipe(
    Context.add(
      ScriptedNode,
      ScriptedNode.of({
        script: (script) =>
          Effect.sync(() => {
            current = script
          }),
        started: Effect.sync(() => [...started]),
        finish: (matches, how) =>
          Effect.sync(() => {
            const due = started.filter((each) => each.isRunning() && matches(each.request))
            for (const each of due) each.end(exitOf(how))
            return due.length
          })
      })
    )
  )
})

/** Runs by a script; without one every container runs for a second and exits with 0. */
export const layerTest = (
  script: Script = () => undefined
): Layer.Layer<PodRuntime | ScriptedNode, never, PodLogs> => Layer.effectContext(make(script))
