/** `orchestrator get`: runs by their names. */
import { Clock, Console, Effect } from "effect"
import type { ConnectInput } from "../connect/Connect.ts"
import { endWith } from "../follow/Report.ts"
import { waitForRun, type WaitInput } from "../follow/WaitForRun.ts"
import type { RunAnswer } from "../runs/RunAnswer.ts"
import { type KindApi, onRun } from "../runs/RunApi.ts"
import type { RunRef } from "../runs/RunRef.ts"
import { printRuns } from "../show/Output.ts"
import type { OutputFormat } from "../show/OutputFormat.ts"
import { withServer } from "./Session.ts"

export interface GetInput extends ConnectInput, WaitInput {
  readonly refs: ReadonlyArray<RunRef>
  readonly output: OutputFormat
}

export const get = Effect.fn("get")(function*(input: GetInput) {
  const { follow, output, refs, timeout } = input
  const wait = input.wait || follow
  const ended = (api: KindApi, run: RunAnswer) => waitForRun(api, run, { logs: follow, timeout })
  const one = (ref: RunRef) =>
    onRun(ref, (api, name) => wait ? Effect.flatMap(api.get(name), (run) => ended(api, run)) : api.get(name))
  const runs = yield* Effect.forEach(refs, one, { concurrency: wait ? "unbounded" : 1 })
  yield* Console.log(printRuns(runs, output, yield* Clock.currentTimeMillis, runs.length === 1))
  if (wait) yield* endWith(runs)
}, (verb, input) => withServer(input, verb))
