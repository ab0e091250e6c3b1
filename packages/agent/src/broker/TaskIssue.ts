/** The issue that is the run's task: read when the runner asks for it, and what the pull request takes of it. */
import { inert } from "@orchestrator/domain/Inert"
import { issueAddress } from "@orchestrator/domain/IssueUrl"
import { Context, Effect, Layer, Ref } from "effect"
import { Forge } from "../forge/Forge.ts"
import type { ForgeError } from "../forge/ForgeError.ts"
import type { IssueTask } from "../forge/IssueText.ts"
import { closingWords } from "../forge/PullRequestText.ts"
import { BrokerConfig } from "./services/BrokerConfig.ts"

export class TaskIssue extends Context.Service<TaskIssue, {
  /** Undefined: the run has none. */
  readonly read: Effect.Effect<IssueTask | undefined, ForgeError>
  /** As it was last read, without what a forge would act on; undefined where there is none, or it cannot be read. */
  readonly title: Effect.Effect<string | undefined>
  /** What closes it when the pull request is merged. */
  readonly closing: string | undefined
}>()("@orchestrator/agent/broker/TaskIssue") {
  static readonly layer = Layer.effect(
    TaskIssue,
    Effect.gen(function*() {
      const { forge: { issueUrl } } = yield* BrokerConfig
      const forge = yield* Forge
      const address = issueUrl === undefined ? undefined : issueAddress(issueUrl)
      const last = yield* Ref.make<string | undefined>(undefined)
      const read = address === undefined
        ? Effect.succeed(undefined)
        : Effect.tap(forge.readIssue(address), ({ title }) => Ref.set(last, title))
      return TaskIssue.of({
        read,
        // A broker that was restarted has not read it.
        title: Ref.get(last).pipe(
          Effect.flatMap((title) => title === undefined ? Effect.map(read, (it) => it?.title) : Effect.succeed(title)),
          Effect.map((title) => title === undefined ? undefined : inert(title)),
          Effect.orElseSucceed(() => undefined)
        ),
        closing: address === undefined ? undefined : closingWords(address, forge.repository)
      })
    })
  )
}
