/** `orchestrator code submit`: a CodeRun from flags. */
import { codeRun } from "@orchestrator/domain/kinds/CodeRunKind"
import { Duration, Effect, Option } from "effect"
import { CommandFailed } from "../connect/CommandFailed.ts"
import { newCodeRun, type SecretReference } from "../submit/NewRun.ts"
import { readText } from "../submit/ReadText.ts"
import { repositoryAddress } from "../submit/Repository.ts"
import { withServer } from "./Session.ts"
import { githubUserOf, submitAll, type SubmitInput } from "./Submit.ts"

export interface SubmitCodeInput extends SubmitInput {
  readonly repo: Option.Option<string>
  readonly prompt: Option.Option<string>
  readonly promptFile: Option.Option<string>
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

export const submitCode = Effect.fn("submitCode")(function*(input: SubmitCodeInput) {
  if (Option.isNone(input.repo)) {
    return yield* new CommandFailed({
      message: "Expected the repository to work in: --repo URL, or --repo . for the one of this folder"
    })
  }
  const prompt = yield* promptOf(input)
  const docsRepo = yield* Effect.transposeOption(Option.map(input.docsRepo, repositoryAddress))
  const body = newCodeRun({
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
    continueSession: input.continueSession,
    overwriteMemory: input.overwriteMemory
  })
  yield* submitAll([{ kind: codeRun, body, key: Option.getOrUndefined(input.idempotencyKey) }], input)
}, (verb, input) => withServer(input, verb))
