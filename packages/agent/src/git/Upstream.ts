/**
 * The remotes: reading, fetching from and pushing to them, by their part in the run. Only objects and refs cross; what a repository is
 * configured to run is never run here. It is the broker that is asked, wherever that runs: its addresses take the place of the remotes' own.
 */
import { Context, Duration, Effect, Layer, Schedule, Schema } from "effect"
import { otherIndex, type Role } from "../pod/Role.ts"
import { RunnerConfig } from "../runner/services/RunnerConfig.ts"
import { Git, type GitAnswer, type GitFolders, lastWords } from "./Git.ts"
import { type Access, brokerAccess, type BrokerRoute } from "./UpstreamAccess.ts"
import { brokersReason, brokersRefusal, isTransient, parseRemote } from "./UpstreamWords.ts"

export class UpstreamError extends Schema.TaggedError<UpstreamError>()("UpstreamError", {
  operation: Schema.Literals(["look", "fetch", "push"]),
  /** Address of the repository. */
  ref: Schema.String,
  /** Git's last words. */
  reason: Schema.String
}) {
  override get message(): string {
    return `cannot ${this.operation === "push" ? "push to" : "read"} ${this.ref}: ${this.reason}`
  }
}

export interface Remote {
  readonly defaultBranch: string | undefined
  /** Commit by branch. */
  readonly heads: ReadonlyMap<string, string>
}

export interface Push {
  readonly folders: GitFolders
  readonly commit: string
  readonly branch: string
  /** Replace this commit, which is known to be ours; without it only a fast-forward is asked for. */
  readonly replace?: string
}

export class Upstream extends Context.Service<Upstream, {
  /** The address that people know. */
  readonly name: (role: Role) => string
  /** The address for a clone's `origin`. */
  readonly address: (role: Role) => string
  /** Branches of a remote. */
  readonly look: (role: Role) => Effect.Effect<Remote, UpstreamError>
  /** Brings refs of a remote into a repository of this machine. */
  readonly fetch: (
    role: Role,
    into: GitFolders,
    refspecs: ReadonlyArray<string>,
    depth?: number
  ) => Effect.Effect<void, UpstreamError>
  /** Offers a commit to a branch; answers with the remote's words when it refuses. */
  readonly push: (role: Role, push: Push) => Effect.Effect<string | undefined, UpstreamError>
  /** What the agent's own git needs to reach the target. */
  readonly agentAccess: Access
}>()("@orchestrator/agent/git/Upstream") {
  /** By the broker at the end of this route, with the run's own token. */
  static readonly layer = ({ endpoint, ownAccess }: BrokerRoute) =>
    Layer.effect(
      Upstream,
      Effect.gen(function*() {
        const git = yield* Git
        const { bounds, repositories } = yield* RunnerConfig
        const name = (role: Role) => {
          const index = otherIndex(role)
          if (index !== undefined) return repositories.others[index] ?? role
          return role === "docs" ? repositories.docs : repositories.target
        }
        const address = (role: Role) => `${endpoint.url}/git/${role}.git`
        const access = brokerAccess(endpoint)
        const retrySchedule = Schedule.min([
          Schedule.exponential(Duration.seconds(bounds.backoff / 10)),
          Schedule.spaced(Duration.seconds(bounds.backoff))
        ]).pipe(Schedule.upTo({ times: 6 }))

        const ask = (
          operation: UpstreamError["operation"],
          role: Role,
          folders: GitFolders | undefined,
          args: ReadonlyArray<string>,
          accept: (answer: GitAnswer) => boolean = ({ exitCode }) => exitCode === 0
        ) => {
          const failed = (words: string) =>
            new UpstreamError({ operation, ref: name(role), reason: brokersReason(words) })
          return git.ask(folders, args, access).pipe(
            Effect.mapError(({ words }) => failed(words)),
            Effect.filterOrFail(accept, ({ stderr }) => failed(lastWords(stderr) || "no answer")),
            Effect.retry({ schedule: retrySchedule, while: (error) => isTransient(error.reason) })
          )
        }

        return Upstream.of({
          name,
          address: ownAccess === undefined ? address : name,
          agentAccess: ownAccess ?? access,
          look: Effect.fn("Upstream.look")(function*(role: Role) {
            const { stdout } = yield* ask("look", role, undefined, [
              "ls-remote",
              "--symref",
              "--",
              address(role),
              "HEAD",
              "refs/heads/*"
            ])
            return parseRemote(stdout)
          }),
          fetch: Effect.fn("Upstream.fetch")(function*(
            role: Role,
            into: GitFolders,
            refspecs: ReadonlyArray<string>,
            depth?: number
          ) {
            yield* ask("fetch", role, into, [
              "fetch",
              "--quiet",
              "--force",
              "--prune",
              "--no-recurse-submodules",
              "--no-write-fetch-head",
              ...(depth === undefined ? [] : [`--depth=${depth}`]),
              "--",
              address(role),
              ...refspecs
            ])
          }),
          push: Effect.fn("Upstream.push")(function*(role: Role, { branch, commit, folders, replace }: Push) {
            const ref = `refs/heads/${branch}`
            const { exitCode, stdout } = yield* ask("push", role, folders, [
              "push",
              "--porcelain",
              "--no-verify",
              "--no-recurse-submodules",
              ...(replace === undefined ? [] : [`--force-with-lease=${ref}:${replace}`]),
              "--",
              address(role),
              `${commit}:${ref}`
            ], (answer) => answer.exitCode === 0 || brokersRefusal(answer.stdout) !== undefined)
            return exitCode === 0 ? undefined : brokersRefusal(stdout)
          })
        })
      })
    )
}
