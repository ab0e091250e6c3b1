/** `orchestrator open`: the pull request of a run in a browser; its address alone where there is no display. */
import { Config, Console, Effect, Option } from "effect"
import { ChildProcess } from "effect/process"
import { platform } from "node:os"
import { CommandFailed } from "../connect/CommandFailed.ts"
import type { ConnectInput } from "../connect/Connect.ts"
import type { RunAnswer } from "../runs/RunAnswer.ts"
import { onRun } from "../runs/RunApi.ts"
import { pageOf } from "../runs/RunPage.ts"
import type { RunRef } from "../runs/RunRef.ts"
import { answerRef } from "../runs/RunView.ts"
import { withServer } from "./Session.ts"

export interface OpenInput extends ConnectInput {
  readonly ref: RunRef
}

const noPage = (run: RunAnswer) =>
  new CommandFailed({
    message: `${answerRef(run)} has no pull request: it is ${run.phase}${
      run.status?.branch === undefined ? "" : `, and its branch is ${run.status.branch}`
    }. Its log: orchestrator logs ${answerRef(run)}`
  })

/** The program that opens pages here, where somebody would see one. */
const opener = Effect.gen(function*() {
  const system = platform()
  if (system === "darwin") return "open"
  const displays = yield* Effect.forEach(
    ["DISPLAY", "WAYLAND_DISPLAY"],
    (name) => Config.option(Config.NonEmptyString(name))
  )
  return system === "linux" && displays.some(Option.isSome) ? "xdg-open" : undefined
})

export const open = Effect.fn("open")(function*({ ref }: OpenInput) {
  const run = yield* onRun(ref, (api, name) => api.get(name))
  const page = pageOf(run)
  if (page === undefined) return yield* noPage(run)
  yield* Console.log(page)
  const program = yield* opener
  if (program === undefined) return
  yield* Effect.gen(function*() {
    const child = yield* ChildProcess.make(program, [page], { stdin: "ignore", stdout: "ignore", stderr: "ignore" })
    return yield* child.exitCode
  }).pipe(Effect.scoped, Effect.ignore)
}, (verb, input) => withServer(input, verb))
