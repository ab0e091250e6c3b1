/** `orchestrator watch`: what there is, and then every change as it comes; goes on by itself where the connection was lost. */
import { isLater } from "@orchestrator/client/follow/WatchRuns"
import { Clock, Console, Effect, Ref, Schedule, Stream } from "effect"
import { CommandFailed } from "../connect/CommandFailed.ts"
import type { ConnectInput } from "../connect/Connect.ts"
import { progressLine } from "../follow/Progress.ts"
import type { RunAnswer } from "../runs/RunAnswer.ts"
import { type Filters, type RunChange, Runs } from "../runs/RunApi.ts"
import { Display } from "../show/Display.ts"
import { printRuns } from "../show/Output.ts"
import { deletedLine } from "../show/RunLine.ts"
import { kindsOf } from "./Kinds.ts"
import { allOf } from "./List.ts"
import { withServer } from "./Session.ts"

export interface WatchInput extends ConnectInput {
  readonly kinds: ReadonlyArray<string>
  readonly filters: Filters
  readonly output: "table" | "json" | "name"
}

const makeShow = Effect.fnUntraced(function*(output: WatchInput["output"]) {
  const display = yield* Display
  const seen = new Map<string, RunAnswer>()
  const print = Effect.fnUntraced(function*(change: "set" | "removed", run: RunAnswer) {
    if (output === "json") return yield* Console.log(JSON.stringify({ change, run }))
    if (output === "name") return yield* Console.log(printRuns([run], "name", yield* Clock.currentTimeMillis))
    const line = progressLine(run)
    yield* display.run(change === "removed" ? deletedLine(line) : line)
  })
  return Effect.fnUntraced(function*(change: "set" | "removed", run: RunAnswer) {
    const known = seen.get(run.uid)
    // What is older than what was listed is not news.
    if (known !== undefined && isLater(known, run)) return
    if (change === "set" && known?.resourceVersion === run.resourceVersion) return
    if (change === "removed") seen.delete(run.uid)
    else seen.set(run.uid, run)
    yield* print(change, run)
  })
})

export const watch = Effect.fn("watch")(function*({ filters, kinds, output }: WatchInput) {
  const runs = yield* Runs
  const apis = yield* kindsOf(kinds, filters)
  const wanted = new Set(apis.map(({ kind }) => kind.kind))
  const show = yield* makeShow(output)
  const last = yield* Ref.make<string | undefined>(undefined)
  const listed = Effect.forEach(
    apis,
    (api) =>
      Effect.flatMap(
        allOf(api, filters, Number.POSITIVE_INFINITY),
        (all) => Effect.forEach(all, (run) => show("set", run), { discard: true })
      ),
    { discard: true }
  )
  const handle = (event: RunChange) => {
    if (event.event === "reset") return listed
    if (event.event === "run") {
      return wanted.has(event.data.run.kind)
        ? show(event.data.change, event.data.run)
        : Effect.void
    }
    if (event.event === "end" && event.data.reason === "revoked") {
      return Effect.fail(new CommandFailed({ message: event.data.message }))
    }
    return Effect.void
  }
  const once = Effect.gen(function*() {
    const events = yield* runs.events(filters, yield* Ref.get(last))
    yield* Stream.runForEach(events, (event) =>
      Effect.andThen(
        handle(event),
        "id" in event && event.id !== undefined ? Ref.set(last, event.id) : Effect.void
      ))
  })
  return yield* once.pipe(
    Effect.retry({
      while: ({ problem }) => problem === "unreachable",
      schedule: Schedule.spaced("1 second"),
      times: 60
    }),
    Effect.repeat(Schedule.spaced("1 second"))
  )
}, (verb, input) => withServer(input, Effect.provide(verb, Display.layer)))
