/** `orchestrator docs submit`: a DocsRun from flags. */
import { docsRun } from "@orchestrator/domain/kinds/DocsRunKind"
import { Duration, Effect, Option } from "effect"
import { newDocsRun } from "../submit/NewRun.ts"
import { repositoryAddress } from "../submit/Repository.ts"
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

export interface SubmitDocsInput extends SubmitInput, ToolchainInput, SchedulingInput {
  readonly repo: string
  readonly workingDirectory: string
  readonly sourceBranch: string
  readonly name: Option.Option<string>
  readonly user: Option.Option<string>
  readonly model: Option.Option<string>
  readonly timeLimit: Option.Option<Duration.Duration>
  readonly maxCost: Option.Option<number>
  readonly maxTurns: Option.Option<number>
  readonly idempotencyKey: Option.Option<string>
}

export const submitDocs = Effect.fn("submitDocs")(function*(input: SubmitDocsInput) {
  const { sourceBranch, workingDirectory } = input
  const body = newDocsRun({
    name: Option.getOrUndefined(input.name),
    model: Option.getOrUndefined(input.model),
    timeoutSeconds: Option.getOrUndefined(Option.map(input.timeLimit, Duration.toSeconds)),
    maxCostUsd: Option.getOrUndefined(input.maxCost),
    maxTurns: Option.getOrUndefined(input.maxTurns),
    repositoryUrl: yield* repositoryAddress(input.repo),
    ...toolchainOf(input),
    ...schedulingOf(input),
    workingDirectory,
    sourceBranch,
    githubUser: yield* githubUserOf(input.user)
  })
  yield* submitAll(
    [{ kind: docsRun, body, source: "these flags", key: Option.getOrUndefined(input.idempotencyKey) }],
    input
  )
}, (verb, input) => withServer(input, verb))
