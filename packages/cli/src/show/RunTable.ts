/** Lists of runs for people: what `list` and `get` print. Pure. */
import type { RunAnswer } from "../runs/RunAnswer.ts"
import { answerRef } from "../runs/RunView.ts"
import { ageText } from "./Age.ts"
import { dollars } from "./Dollars.ts"
import { table } from "./Table.ts"

type Cell = (run: RunAnswer, nowMillis: number) => string | undefined

const spec = (run: RunAnswer): Readonly<Record<string, unknown>> => ({ ...run.spec })

const specText = (run: RunAnswer, field: string): string | undefined => {
  const value = spec(run)[field]
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined
}

const columns: ReadonlyArray<readonly [string, Cell]> = [
  ["name", answerRef],
  ["phase", ({ phase }) => phase],
  ["reason", ({ reason }) => reason],
  ["cost", ({ status }) => status?.usage?.costUsd === undefined ? undefined : dollars(status.usage.costUsd)],
  ["age", ({ createdAt }, now) => ageText(createdAt, now)]
]

const wideColumns: ReadonlyArray<readonly [string, Cell]> = [
  ...columns,
  ["user", (run) => specText(run, "githubUser")],
  ["service", (run) => specText(run, "service")],
  ["task", (run) => specText(run, "taskId")],
  ["model", (run) => specText(run, "model")],
  ["branch", ({ status }) => status?.branch],
  ["pull request", ({ status }) => status?.pullRequestUrl]
]

export const runTable = (runs: ReadonlyArray<RunAnswer>, nowMillis: number, wide: boolean): string => {
  const shown = wide ? wideColumns : columns
  return table(
    shown.map(([name]) => name.toUpperCase()),
    runs.map((run) => shown.map(([, cell]) => cell(run, nowMillis) ?? ""))
  )
}
