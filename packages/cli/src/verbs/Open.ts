/** `orchestrator open`: the pull request of a run in a browser; its address alone where there is no display. */
import { Console, Effect } from "effect"
import { CommandFailed } from "../connect/CommandFailed.ts"
import type { ConnectInput } from "../connect/Connect.ts"
import type { RunAnswer } from "../runs/RunAnswer.ts"
import { onRun } from "../runs/RunApi.ts"
import { pageOf } from "../runs/RunPage.ts"
import type { RunRef } from "../runs/RunRef.ts"
import { answerRef } from "../runs/RunView.ts"
import { openInBrowser } from "../show/OpenInBrowser.ts"
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

export const open = Effect.fn("open")(function*({ ref }: OpenInput) {
  const run = yield* onRun(ref, (api, name) => api.get(name))
  const page = pageOf(run)
  if (page === undefined) return yield* noPage(run)
  yield* Console.log(page)
  yield* openInBrowser(page)
}, (verb, input) => withServer(input, verb))
