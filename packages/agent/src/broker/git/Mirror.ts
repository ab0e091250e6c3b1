/**
 * Bare repositories of the broker's own, made equal to upstream's branches each time somebody asks for them. Only objects and branches
 * cross; no setting, hook, tag or note of the other side does.
 */
import { Context, Duration, Effect, FileSystem, Layer, Schedule, Schema, Semaphore } from "effect"
import { lastWords } from "../../runner/git/Git.ts"
import { isTransient, parseRemote } from "../../runner/git/UpstreamWords.ts"
import { BrokerConfig } from "../BrokerConfig.ts"
import { Credentials } from "../Credentials.ts"
import type { Role } from "../Route.ts"
import { BrokerGit } from "./BrokerGit.ts"
import { GitAccess } from "./GitAccess.ts"
import { explained } from "./RemoteWords.ts"

/** How every sentence about a repository begins that cannot be read. */
export const unreadable = (url: string): string => `cannot read ${url}`

export class MirrorError extends Schema.TaggedError<MirrorError>()("MirrorError", {
  operation: Schema.Literals(["look", "fetch", "open"]),
  /** Address of the repository. */
  ref: Schema.String,
  /** Git's last words. */
  reason: Schema.String
}) {
  override get message(): string {
    return `${unreadable(this.ref)}: ${this.reason}`
  }
}

export interface Upstream {
  readonly defaultBranch: string | undefined
  /** Commit by branch. */
  readonly heads: ReadonlyMap<string, string>
}

const patience = Schedule.exponential(Duration.millis(500))

const sameHeads = (left: ReadonlyMap<string, string>, right: ReadonlyMap<string, string>): boolean =>
  left.size === right.size && [...left].every(([branch, commit]) => right.get(branch) === commit)

export class Mirror extends Context.Service<Mirror, {
  readonly folder: (role: Role) => string
  /** What upstream has now. */
  readonly look: (role: Role) => Effect.Effect<Upstream, MirrorError>
  /** Makes the repository equal to upstream's branches; one at a time for each role. */
  readonly refresh: (role: Role) => Effect.Effect<Upstream, MirrorError>
  /** Keeps the repository from being refreshed meanwhile. */
  readonly alone: <A, E, R>(role: Role, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}>()("@orchestrator/agent/broker/git/Mirror") {
  static readonly layer = Layer.effect(
    Mirror,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const access = yield* GitAccess
      const git = yield* BrokerGit
      const { redact } = yield* Credentials
      const { files, git: { docsUrl, targetUrl } } = yield* BrokerConfig
      const gates = { docs: yield* Semaphore.make(1), target: yield* Semaphore.make(1) }
      const folder = (role: Role) => `${files.state}/${role}.git`

      const urlOf = (role: Role) => {
        const url = role === "docs" ? docsUrl : targetUrl
        return url === undefined
          ? Effect.fail(
            new MirrorError({ operation: "look", ref: `${role}.git`, reason: "this run has no such repository" })
          )
          : Effect.succeed(url)
      }

      const ask = (
        operation: MirrorError["operation"],
        url: string,
        environment: Readonly<Record<string, string>>,
        args: ReadonlyArray<string>
      ) =>
        git.ask({ args, environment }).pipe(
          Effect.filterOrFail(
            ({ exitCode }) => exitCode === 0,
            ({ stderr }) =>
              new MirrorError({
                operation,
                ref: url,
                reason: redact(explained(lastWords(stderr)) || "git said nothing")
              })
          )
        )

      const look = Effect.fn("Mirror.look")(function*(role: Role) {
        const url = yield* urlOf(role)
        const environment = yield* access.remote(url)
        const { stdout } = yield* ask("look", url, environment, [
          "ls-remote",
          "--symref",
          "--",
          access.address(url),
          "HEAD",
          "refs/heads/*"
        ]).pipe(Effect.retry({ schedule: patience, times: 3, while: ({ reason }) => isTransient(reason) }))
        return parseRemote(stdout)
      })

      const open = Effect.fnUntraced(function*(role: Role, url: string) {
        const gitDir = folder(role)
        if (yield* fs.exists(`${gitDir}/HEAD`).pipe(Effect.orElseSucceed(() => false))) return
        yield* ask("open", url, access.local(), [
          "init",
          "--quiet",
          "--bare",
          "--template=",
          "--initial-branch=main",
          gitDir
        ])
      })

      const refresh = Effect.fn("Mirror.refresh")(function*(role: Role) {
        const url = yield* urlOf(role)
        const gitDir = folder(role)
        yield* open(role, url)
        const upstream = yield* look(role)
        const local = { ...access.local(), GIT_DIR: gitDir }
        const listing = yield* git.ask({
          args: ["for-each-ref", "--format=%(objectname)%09%(refname)", "refs/heads/"],
          environment: local
        })
        if (!sameHeads(parseRemote(listing.stdout).heads, upstream.heads)) {
          const environment = { ...(yield* access.remote(url)), GIT_DIR: gitDir }
          yield* ask("fetch", url, environment, [
            "fetch",
            "--quiet",
            "--force",
            "--prune",
            "--no-tags",
            "--no-recurse-submodules",
            "--no-write-fetch-head",
            "--",
            access.address(url),
            "+refs/heads/*:refs/heads/*"
          ]).pipe(Effect.retry({ schedule: patience, times: 3, while: ({ reason }) => isTransient(reason) }))
        }
        if (upstream.defaultBranch !== undefined) {
          yield* git.ask({
            args: ["symbolic-ref", "HEAD", `refs/heads/${upstream.defaultBranch}`],
            environment: local
          })
        }
        return upstream
      })

      return Mirror.of({
        folder,
        look,
        refresh: (role) => gates[role].withPermit(refresh(role)),
        alone: (role, effect) => gates[role].withPermit(effect)
      })
    })
  )
}
