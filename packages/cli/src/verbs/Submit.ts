/** What `code submit` and `docs submit` share: who the runs are for, sending them, and waiting for them. */
import { formatProblem } from "@orchestrator/domain/Decode"
import type { Priority } from "@orchestrator/domain/Scheduling"
import { Config, Effect, Option } from "effect"
import { CommandFailed } from "../connect/CommandFailed.ts"
import { Connected, type ConnectInput } from "../connect/Connect.ts"
import { endWith, reportChange } from "../follow/Report.ts"
import { waitForRun, type WaitInput } from "../follow/WaitForRun.ts"
import type { RunAnswer } from "../runs/RunAnswer.ts"
import { type KindApi, Runs } from "../runs/RunApi.ts"
import type { OutputFormat } from "../show/OutputFormat.ts"
import { showPlans } from "../show/PlanText.ts"
import type { SchedulingFlags, ToolchainFlags } from "../submit/NewRun.ts"
import type { Submission } from "../submit/Submission.ts"

export interface SubmitInput extends ConnectInput, WaitInput {
  readonly output: OutputFormat
  /** Say what would be done, and do nothing. */
  readonly dryRun: boolean
}

/** What flags say of the image, of resources and of the script that makes a repository ready. */
export interface ToolchainInput {
  readonly profile: Option.Option<string>
  readonly agent: Option.Option<string>
  readonly provider: Option.Option<string>
  readonly image: Option.Option<string>
  readonly cpu: Option.Option<string>
  readonly memory: Option.Option<string>
  readonly setup: Option.Option<string>
}

/** What flags say of when it may start. */
export interface SchedulingInput {
  readonly priority: Option.Option<Priority>
  readonly suspend: boolean
}

export const schedulingOf = ({ priority, suspend }: SchedulingInput): SchedulingFlags => ({
  priority: Option.getOrUndefined(priority),
  suspend: suspend ? true : undefined
})

export const toolchainOf = (
  { agent, cpu, image, memory, profile, provider, setup }: ToolchainInput
): ToolchainFlags => ({
  profile: Option.getOrUndefined(profile),
  agent: Option.getOrUndefined(agent),
  provider: Option.getOrUndefined(provider),
  image: Option.getOrUndefined(image),
  cpu: Option.getOrUndefined(cpu),
  memory: Option.getOrUndefined(memory),
  setup: Option.getOrUndefined(setup)
})

/** Whose name the local product's commits carry: nobody's credentials are needed there. */
const localUser = "local"

/** Whose identity the run works with: the flag's, the environment's, and on this machine anybody's. */
export const githubUserOf = Effect.fnUntraced(function*(named: Option.Option<string>) {
  const { place } = yield* Connected
  if (Option.isSome(named)) return named.value
  const configured = yield* Config.option(Config.NonEmptyString("ORCHESTRATOR_GITHUB_USER"))
  if (Option.isSome(configured)) return configured.value
  if (place._tag === "Local") return localUser
  return yield* new CommandFailed({
    message:
      "Expected the GitHub user whose credentials the run works with: --user NAME, or ORCHESTRATOR_GITHUB_USER. Its Secrets are made by "
      + "scripts/setup-agent-secrets.sh --user NAME"
  })
})

/** Before the first is sent: half of a folder would be worse than none. */
const checkAll = Effect.fnUntraced(function*(submissions: ReadonlyArray<Submission>) {
  const runs = yield* Runs
  const problems = submissions.flatMap(({ body, kind, source }) =>
    runs.of(kind).check(body).map((problem) => `  ${source}: ${formatProblem(problem)}`)
  )
  if (problems.length === 0) return
  const kinds = [...new Set(submissions.map(({ kind }) => kind.taskType))]
  return yield* new CommandFailed({
    message: `Nothing was submitted:\n${problems.join("\n")}\nWhat each field takes: ${
      kinds.map((kind) => `orchestrator ${kind} submit --help`).join(", ")
    }`
  })
})

interface Made {
  readonly api: KindApi
  readonly run: RunAnswer
}

const sent = Effect.fnUntraced(
  function*(
    { body, key, kind }: Submission,
    { output, wait }: { readonly output: OutputFormat; readonly wait: boolean }
  ) {
    const api = (yield* Runs).of(kind)
    const run = yield* api.create(body, key)
    if (!wait || output === "table") yield* reportChange(run, "created", output)
    return { api, run } satisfies Made
  }
)

/** Sends each in turn, and waits for all where that is wanted. */
export const submitAll = Effect.fn("submitAll")(function*(submissions: ReadonlyArray<Submission>, input: SubmitInput) {
  const { follow, output, timeout } = input
  const wait = input.wait || follow
  yield* checkAll(submissions)
  if (input.dryRun) {
    const runs = yield* Runs
    return yield* showPlans(yield* Effect.forEach(submissions, ({ body, kind }) => runs.of(kind).plan(body)), output)
  }
  const made = yield* Effect.forEach(submissions, (submission) => sent(submission, { output, wait }))
  if (!wait) return
  const ended = yield* Effect.forEach(made, ({ api, run }) => waitForRun(api, run, { logs: follow, timeout }), {
    concurrency: "unbounded"
  })
  if (output !== "table") yield* Effect.forEach(ended, (run) => reportChange(run, "ended", output))
  yield* endWith(ended)
})
