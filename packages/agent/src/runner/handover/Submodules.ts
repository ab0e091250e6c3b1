/** The submodules of the run's repository, as the broker has them: those of the branch that the work starts from. */
import { Context, type Duration, Effect, Layer, Schedule, Schema } from "effect"
import { Git, type GitError, type GitFolders } from "../../git/Git.ts"
import { brokerAccess, type BrokerRoute } from "../../git/UpstreamAccess.ts"
import type { Submodule } from "../../pod/BrokerApi.ts"
import { brokerClient, type BrokerFailure, failureOf } from "../services/BrokerClient.ts"

export class SubmodulesError extends Schema.TaggedError<SubmodulesError>()("SubmodulesError", {
  operation: Schema.Literals(["list", "know"]),
  reason: Schema.String
}) {
  override get message(): string {
    return `the submodules cannot be told: ${this.reason}`
  }
}

export class Submodules extends Context.Service<Submodules, {
  readonly list: Effect.Effect<ReadonlyArray<Submodule>, SubmodulesError>
  /** The address for the `origin` of one. */
  readonly origin: (module: Submodule) => string
  /** Brings one commit without its history. */
  readonly fetch: (module: Submodule, into: GitFolders, commit: string) => Effect.Effect<void, GitError>
  /** Whether others can have a commit of one. */
  readonly knows: (module: Submodule, commit: string) => Effect.Effect<boolean, SubmodulesError>
}>()("@orchestrator/agent/runner/handover/Submodules") {
  static readonly layer = ({ endpoint, ownAccess }: BrokerRoute) =>
    Layer.effect(
      Submodules,
      Effect.gen(function*() {
        const broker = yield* brokerClient(endpoint)
        const git = yield* Git
        const address = ({ id }: Submodule) => `${endpoint.url}/git/submodules/${id}.git`
        const patiently = <A>(
          operation: SubmodulesError["operation"],
          call: Effect.Effect<A, BrokerFailure>,
          timeout: Duration.Input
        ) =>
          call.pipe(
            Effect.mapError((failure) => ({ message: failureOf(failure).reason })),
            Effect.retry({ schedule: Schedule.spaced("1 second"), times: 3 }),
            Effect.timeout(timeout),
            Effect.mapError(({ message }) => new SubmodulesError({ operation, reason: message }))
          )
        return Submodules.of({
          list: patiently("list", broker.submodules(), "15 minutes"),
          origin: (module) => ownAccess === undefined ? address(module) : module.url,
          fetch: Effect.fn("Submodules.fetch")(function*(module, into, commit) {
            yield* git.run(into, [
              ...["fetch", "--quiet", "--force", "--depth=1", "--no-tags", "--no-recurse-submodules"],
              ...["--no-write-fetch-head", "--", address(module), `+${commit}:refs/orchestrator/submodule`]
            ], brokerAccess(endpoint))
          }),
          knows: ({ id }, commit) =>
            Effect.map(
              patiently("know", broker.submoduleCommit({ params: { id, commit } }), "5 minutes"),
              ({ known }) => known
            )
        })
      })
    )
}
