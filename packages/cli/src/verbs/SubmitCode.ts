/** `orchestrator code submit`: a CodeRun from flags, or one for each task of a Task Master file. */
import { codeRun } from "@orchestrator/domain/kinds/CodeRunKind"
import { readTaskList } from "@orchestrator/domain/TaskMaster"
import { Duration, Effect, Option, Result } from "effect"
import { CommandFailed } from "../connect/CommandFailed.ts"
import { Display } from "../show/Display.ts"
import { type CodeFlags, newCodeRun, type SecretReference } from "../submit/NewRun.ts"
import { readText } from "../submit/ReadText.ts"
import { repositoryAddress } from "../submit/Repository.ts"
import { taskRuns } from "../submit/TaskRuns.ts"
import { parseIds, selectTasks } from "../submit/TaskSelection.ts"
import { withServer } from "./Session.ts"
import {
  githubUserOf,
  type SchedulingInput,
  schedulingOf,
  submitAll,
  type SubmitInput,
  type ToolchainInput,
  toolchainOf
} from "./Submit.ts"

export interface SubmitCodeInput extends SubmitInput, ToolchainInput, SchedulingInput {
  readonly repo: Option.Option<string>
  readonly prompt: Option.Option<string>
  readonly promptFile: Option.Option<string>
  /** A Task Master file, and which of its tasks. */
  readonly tasks: Option.Option<string>
  readonly ids: Option.Option<string>
  readonly issue: Option.Option<string>
  readonly name: Option.Option<string>
  readonly service: Option.Option<string>
  readonly user: Option.Option<string>
  readonly model: Option.Option<string>
  readonly taskId: Option.Option<number>
  readonly docsRepo: Option.Option<string>
  readonly docsProject: Option.Option<string>
  readonly docsBranch: Option.Option<string>
  readonly workingDirectory: Option.Option<string>
  readonly localTools: Option.Option<string>
  readonly remoteTools: Option.Option<string>
  readonly env: Readonly<Record<string, string>>
  readonly envFromSecret: ReadonlyArray<SecretReference>
  readonly dependsOn: ReadonlyArray<string>
  /** Other repositories to read. */
  readonly readRepo: ReadonlyArray<string>
  readonly timeLimit: Option.Option<Duration.Duration>
  readonly maxCost: Option.Option<number>
  readonly maxTurns: Option.Option<number>
  readonly continueSession: boolean
  readonly overwriteMemory: boolean
  readonly idempotencyKey: Option.Option<string>
}

/** The words of the task; two places that both name some are a mistake. */
const promptOf = Effect.fnUntraced(function*({ prompt, promptFile }: SubmitCodeInput) {
  if (Option.isSome(prompt) && Option.isSome(promptFile)) {
    return yield* new CommandFailed({ message: "Expected --prompt or --prompt-file, found both" })
  }
  if (Option.isSome(promptFile)) return yield* readText(promptFile.value, "the prompt")
  return Option.getOrUndefined(prompt)
})

const seconds = Option.map(Duration.toSeconds)

/** What the flags say of every run. */
const codeFlagsOf = Effect.fnUntraced(function*(input: SubmitCodeInput) {
  if (Option.isNone(input.repo)) {
    return yield* new CommandFailed({
      message: "Expected the repository to work in: --repo URL, or --repo . for the one of this folder"
    })
  }
  const prompt = yield* promptOf(input)
  const docsRepo = yield* Effect.transposeOption(Option.map(input.docsRepo, repositoryAddress))
  const flags: CodeFlags = {
    name: Option.getOrUndefined(input.name),
    issue: Option.getOrUndefined(input.issue),
    service: Option.getOrUndefined(input.service),
    model: Option.getOrUndefined(input.model),
    taskId: Option.getOrUndefined(input.taskId),
    docsProjectDirectory: Option.getOrUndefined(input.docsProject),
    docsBranch: Option.getOrUndefined(input.docsBranch),
    workingDirectory: Option.getOrUndefined(input.workingDirectory),
    localTools: Option.getOrUndefined(input.localTools),
    remoteTools: Option.getOrUndefined(input.remoteTools),
    timeoutSeconds: Option.getOrUndefined(seconds(input.timeLimit)),
    maxCostUsd: Option.getOrUndefined(input.maxCost),
    maxTurns: Option.getOrUndefined(input.maxTurns),
    repositoryUrl: yield* repositoryAddress(input.repo.value),
    docsRepositoryUrl: Option.getOrUndefined(docsRepo),
    githubUser: yield* githubUserOf(input.user),
    prompt,
    env: input.env,
    envFromSecrets: input.envFromSecret,
    dependsOn: input.dependsOn,
    otherRepositories: yield* Effect.forEach(input.readRepo, repositoryAddress),
    ...toolchainOf(input),
    ...schedulingOf(input),
    continueSession: input.continueSession,
    overwriteMemory: input.overwriteMemory
  }
  return flags
})

/** The tasks of `--ids` in the file, as runs that wait for each other as the tasks do. */
const taskSubmissions = Effect.fnUntraced(function*(file: string, input: SubmitCodeInput) {
  const refused = (message: string) => new CommandFailed({ message: `${file}: ${message}` })
  const text = yield* readText(file, "a Task Master file")
  const { notes, tasks } = yield* Effect.fromResult(readTaskList(text)).pipe(Effect.mapError(refused))
  const ids = Option.match(input.ids, {
    onNone: () => Result.succeed(tasks.filter(({ status }) => status === "pending").map(({ id }) => id)),
    onSome: parseIds
  })
  const selected = yield* Effect.fromResult(Result.flatMap(ids, (ids) => selectTasks(tasks, ids))).pipe(
    Effect.mapError(refused)
  )
  const display = yield* Display
  yield* Effect.forEach(notes, (note) => display.print(`${file}: ${note}`))
  yield* Effect.forEach(selected, ({ task, unmet }) =>
    unmet.length === 0
      ? Effect.void
      : display.print(`${file}: task ${task.id} depends on ${unmet.join(", ")}, which is neither done nor selected`))
  return taskRuns(selected, yield* codeFlagsOf(input), Option.getOrUndefined(input.idempotencyKey))
})

const submissionsOf = Effect.fnUntraced(function*(input: SubmitCodeInput) {
  if (Option.isSome(input.tasks)) return yield* taskSubmissions(input.tasks.value, input)
  if (Option.isSome(input.ids)) {
    return yield* new CommandFailed({
      message: "Expected the Task Master file of --ids: --tasks .taskmaster/tasks/tasks.json"
    })
  }
  const key = Option.getOrUndefined(input.idempotencyKey)
  return [{ kind: codeRun, body: newCodeRun(yield* codeFlagsOf(input)), source: "these flags", key }]
})

export const submitCode = Effect.fn("submitCode")(function*(input: SubmitCodeInput) {
  yield* submitAll(yield* submissionsOf(input), input)
}, (verb, input) => withServer(input, verb))
