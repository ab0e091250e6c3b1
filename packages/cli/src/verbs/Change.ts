/** `orchestrator retry`, `cancel`, `suspend`, `resume`, `delete`: what changes runs by their names. */
import { Console, Effect, Option } from "effect"
import { type CommandFailed, exitCodes } from "../connect/CommandFailed.ts"
import type { ConnectInput } from "../connect/Connect.ts"
import { endWith, reportChange } from "../follow/Report.ts"
import { waitForRun, type WaitInput } from "../follow/WaitForRun.ts"
import type { RunAnswer } from "../runs/RunAnswer.ts"
import { type KindApi, onRun } from "../runs/RunApi.ts"
import type { RunRef } from "../runs/RunRef.ts"
import { exitCodeOf } from "../runs/RunView.ts"
import type { OutputFormat } from "../show/OutputFormat.ts"
import { withServer } from "./Session.ts"

export interface ChangeInput extends ConnectInput {
  readonly refs: ReadonlyArray<RunRef>
}

export interface WaitedChangeInput extends ChangeInput, WaitInput {
  readonly output: OutputFormat
}

export interface RetryInput extends WaitedChangeInput {
  readonly hint: Option.Option<string>
  readonly force: boolean
}

const changed = Effect.fnUntraced(function*(
  { follow, output, refs, timeout, wait }: WaitedChangeInput,
  done: string,
  change: (api: KindApi, name: string) => Effect.Effect<RunAnswer, CommandFailed>
) {
  const waits = wait || follow
  return yield* Effect.forEach(
    refs,
    (ref) =>
      onRun(ref, (api, name) => Effect.map(change(api, name), (run) => ({ api, run }))).pipe(
        Effect.tap(({ run }) => waits && output !== "table" ? Effect.void : reportChange(run, done, output))
      )
  ).pipe(
    Effect.flatMap((runs) =>
      waits
        ? Effect.forEach(runs, ({ api, run }) => waitForRun(api, run, { logs: follow, timeout }), {
          concurrency: "unbounded"
        })
        : Effect.succeed([])
    ),
    Effect.tap((ended) =>
      output === "table" ? Effect.void : Effect.forEach(ended, (run) => reportChange(run, done, output))
    )
  )
})

export const retry = Effect.fn("retry")(function*(input: RetryInput) {
  const options = { hint: Option.getOrUndefined(input.hint), force: input.force }
  yield* endWith(yield* changed(input, "retried", (api, name) => api.retry(name, options)))
}, (verb, input) => withServer(input, verb))

/** Whoever waits for a cancelled run has what they wanted when it is Cancelled. */
export const cancel = Effect.fn("cancel")(function*(input: WaitedChangeInput) {
  const ended = yield* changed(input, "cancelling", (api, name) => api.cancel(name))
  yield* endWith(ended.filter((run) => exitCodeOf(run) !== exitCodes.cancelled))
}, (verb, input) => withServer(input, verb))

/** Says so, and waits for nothing: what is suspended may be that for ever. */
const said = Effect.fnUntraced(function*(
  { output, refs }: ChangeInput & { readonly output: OutputFormat },
  done: string,
  change: (api: KindApi, name: string) => Effect.Effect<RunAnswer, CommandFailed>
) {
  yield* Effect.forEach(
    refs,
    (ref) => Effect.flatMap(onRun(ref, change), (run) => reportChange(run, done, output)),
    { discard: true }
  )
})

export const suspend = Effect.fn("suspend")(
  (input: ChangeInput & { readonly output: OutputFormat }) =>
    said(input, "suspended", (api, name) => api.suspend(name)),
  (verb, input) => withServer(input, verb)
)

export const resume = Effect.fn("resume")(
  (input: ChangeInput & { readonly output: OutputFormat }) => said(input, "resumed", (api, name) => api.resume(name)),
  (verb, input) => withServer(input, verb)
)

export const remove = Effect.fn("delete")(function*({ refs }: ChangeInput) {
  yield* Effect.forEach(
    refs,
    (ref) =>
      onRun(ref, (api, name) => Effect.andThen(api.delete(name), Console.log(`${api.kind.singular}/${name} deleted`))),
    { discard: true }
  )
}, (verb, input) => withServer(input, verb))
