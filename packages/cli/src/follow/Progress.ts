/** The line of a run that somebody waits for: what it does now, what it has cost so far, whom it waits for. Pure. */
import { isFinished } from "@orchestrator/client/follow/FinishedRun"
import { attemptOf } from "@orchestrator/domain/RunView"
import type { RunAnswer } from "../runs/RunAnswer.ts"
import { answerRef } from "../runs/RunView.ts"
import { dollars } from "../show/Dollars.ts"
import type { RunLine } from "../show/RunLine.ts"

const costText = ({ status }: RunAnswer): ReadonlyArray<string> =>
  status?.usage?.costUsd === undefined ? [] : [dollars(status.usage.costUsd)]

/** `number 3 in line, after coderun-a`, at this moment. */
const placeText = ({ waiting }: RunAnswer): ReadonlyArray<string> => {
  if (waiting === undefined) return []
  const { limit, position, runs } = waiting
  return [
    ...(position === undefined ? [] : [`number ${position} in line`]),
    ...(runs.length === 0 ? [] : [`waits for ${runs.join(", ")}`]),
    ...(limit === undefined ? [] : [`limit ${limit} is reached`])
  ]
}

/** Where the work is, once there is some. */
const resultText = ({ status }: RunAnswer): ReadonlyArray<string> => [
  ...(status?.branch === undefined ? [] : [`branch ${status.branch}`]),
  ...(status?.pullRequestUrl === undefined ? [] : [status.pullRequestUrl])
]

export const progressLine = (run: RunAnswer): RunLine => {
  const name = answerRef(run)
  const { phase, reason = "Accepted" } = run
  const attempt = attemptOf({ status: { ...run.status } })
  const ended = isFinished(run)
  const detail = [...placeText(run), ...costText(run), ...(ended ? resultText(run) : [])]
  const message = [...detail, ...(run.message === undefined || run.message === "" ? [] : [run.message])].join("; ")
  return {
    run: name,
    phase,
    text: `${name}  ${phase}  ${reason}${attempt > 1 ? `  attempt ${attempt}` : ""}`,
    short: `${name}  ${phase}`,
    message,
    isLast: ended
  }
}
