/**
 * The remotes: reading, fetching from and pushing to them, by their part in the run. Only objects and refs cross; what a repository is
 * configured to run is never run here. With a broker in the pod, its addresses take the place of the remotes' own.
 */
import { takesToken } from "@orchestrator/domain/GitHosts"
import { Context, Duration, Effect, FileSystem, Layer, Redacted, Schedule, Schema } from "effect"
import type { Endpoint } from "../runner/services/Endpoint.ts"
import { RunnerConfig } from "../runner/services/RunnerConfig.ts"
import { Git, type GitAnswer, type GitFolders, lastWords } from "./Git.ts"
import { pinnedHostKeys } from "./HostKeys.ts"
import {
  type Access,
  brokerAccess,
  mirrored,
  mirrorSettings,
  redirects,
  sshCommand,
  tokenAccess
} from "./UpstreamAccess.ts"
import { brokersReason, brokersRefusal, isTransient, parseRemote, refusal } from "./UpstreamWords.ts"

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

/** A repository's part in a run. A DocsRun has the target alone. */
export type Role = "docs" | "target"

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
  /** Credentials of this process's environment and of the mounted ssh key. */
  static readonly layerDirect = Layer.effect(
    Upstream,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { bounds, hosts, insteadOf, repositories, roots, token } = yield* RunnerConfig
      const folder = yield* fs.makeTempDirectoryScoped({ prefix: "upstream-" })
      const read = (name: string) =>
        fs.readFileString(`${roots.ssh}/${name}`).pipe(Effect.orElseSucceed(() => undefined))

      // ssh wants a key that nobody else can read and that ends in a newline; a mounted Secret may be neither.
      const key = yield* read("ssh-privatekey")
      const keyFile = key === undefined ? undefined : `${folder}/key`
      if (key !== undefined && keyFile !== undefined) {
        yield* fs.writeFileString(keyFile, `${key.trimEnd()}\n`, { mode: 0o600 })
      }
      const knownHosts = `${folder}/known_hosts`
      const others = yield* read("known_hosts")
      yield* fs.writeFileString(knownHosts, `${pinnedHostKeys.join("\n")}\n${others ?? ""}\n`)
      const ssh = sshCommand({ key: keyFile, knownHosts })

      const name = (role: Role) => repositories[role]
      const access = (role: Role): Access => {
        const address = mirrored(name(role), insteadOf)
        const byToken = tokenAccess(
          address,
          token === undefined || !takesToken(address, hosts) ? undefined : Redacted.value(token)
        )
        return {
          settings: [...redirects(hosts), ...byToken.settings],
          environment: { ...byToken.environment, GIT_SSH_COMMAND: ssh }
        }
      }
      const own = access("target")
      return Upstream.of({
        name,
        address: name,
        ...(yield* calls({
          name,
          address: (role) => mirrored(name(role), insteadOf),
          access,
          reason: (words) => words,
          refusal,
          retrySchedule: Schedule.exponential(Duration.seconds(bounds.backoff / 10)).pipe(Schedule.upTo({ times: 3 }))
        })),
        agentAccess: { environment: own.environment, settings: [...mirrorSettings(insteadOf), ...own.settings] }
      })
    })
  )

  /** The broker at this address, with the run's own token. */
  static readonly layerBroker = (endpoint: Endpoint) =>
    Layer.effect(
      Upstream,
      Effect.gen(function*() {
        const { bounds, repositories } = yield* RunnerConfig
        const name = (role: Role) => repositories[role]
        const address = (role: Role) => `${endpoint.url}/git/${role}.git`
        const access = brokerAccess(endpoint)
        return Upstream.of({
          name,
          address,
          ...(yield* calls({
            name,
            address,
            access: () => access,
            reason: brokersReason,
            refusal: brokersRefusal,
            retrySchedule: Schedule.min([
              Schedule.exponential(Duration.seconds(bounds.backoff / 10)),
              Schedule.spaced(Duration.seconds(bounds.backoff))
            ]).pipe(Schedule.upTo({ times: 6 }))
          })),
          agentAccess: access
        })
      })
    )
}

interface RemoteRoute {
  readonly name: (role: Role) => string
  readonly address: (role: Role) => string
  readonly access: (role: Role) => Access
  /** What remains of git's words for a person. */
  readonly reason: (words: string) => string
  /** The words for a push of which a ref was refused. */
  readonly refusal: (porcelain: string, stderr: string) => string | undefined
  /** For what may pass by itself. */
  readonly retrySchedule: Schedule.Schedule<unknown>
}

/** Reading, fetching and pushing, whichever way leads to the remotes. */
const calls = Effect.fnUntraced(function*({ access, address, name, retrySchedule, reason, refusal }: RemoteRoute) {
  const git = yield* Git

  const ask = (
    operation: UpstreamError["operation"],
    role: Role,
    folders: GitFolders | undefined,
    args: ReadonlyArray<string>,
    accept: (answer: GitAnswer) => boolean = ({ exitCode }) => exitCode === 0
  ) => {
    const failed = (words: string) => new UpstreamError({ operation, ref: name(role), reason: reason(words) })
    return git.ask(folders, args, access(role)).pipe(
      Effect.mapError(({ words }) => failed(words)),
      Effect.filterOrFail(accept, ({ stderr }) => failed(lastWords(stderr) || "no answer")),
      Effect.retry({ schedule: retrySchedule, while: (error) => isTransient(error.reason) })
    )
  }

  return {
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
      const { exitCode, stderr, stdout } = yield* ask("push", role, folders, [
        "push",
        "--porcelain",
        "--no-verify",
        "--no-recurse-submodules",
        ...(replace === undefined ? [] : [`--force-with-lease=${ref}:${replace}`]),
        "--",
        address(role),
        `${commit}:${ref}`
      ], (answer) => answer.exitCode === 0 || refusal(answer.stdout, answer.stderr) !== undefined)
      return exitCode === 0 ? undefined : refusal(stdout, stderr)
    })
  }
})
