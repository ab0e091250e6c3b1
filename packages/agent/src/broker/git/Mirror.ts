/**
 * Bare repositories of the broker's own, made equal to upstream's branches each time somebody asks for them. Only objects and branches
 * cross; no setting, hook, tag or note of the other side does. Where upstream can, files stay there until somebody asks for them: a run
 * on a workspace that has them already moves only what is new.
 */
import { Context, Effect, FileSystem, Layer, Schema, Semaphore, Stream } from "effect"
import { lastWords } from "../../git/Git.ts"
import { isTransient, parseRemote } from "../../git/UpstreamWords.ts"
import { otherIndex, otherRole, type Role } from "../../pod/Role.ts"
import { BrokerConfig } from "../services/BrokerConfig.ts"
import { Credentials } from "../services/Credentials.ts"
import { branchList, canBeTold } from "./BranchList.ts"
import { BrokerGit, retrySchedule } from "./BrokerGit.ts"
import type { ColdClone, FetchCommand } from "./FetchCommand.ts"
import { GitAccess } from "./GitAccess.ts"
import { fetchWords, mirrorConfig, type MirrorPlan, planMirror, type Upstream } from "./MirrorPlan.ts"
import { isPassable, type NotPassed, passing } from "./Passing.ts"
import { makePrefetch } from "./Prefetch.ts"
import { makeReachable } from "./Reachable.ts"
import { explained, redirection, refusesToken } from "./RemoteWords.ts"

/** How every sentence about a repository begins that cannot be read. */
export const unreadable = (url: string): string => `cannot read ${url}`

/** The same of one that can be read and not be pushed to. */
export const unwritable = (url: string): string => `cannot push to ${url}`

export class MirrorError extends Schema.TaggedError<MirrorError>()("MirrorError", {
  operation: Schema.Literals(["look", "fetch", "open", "push"]),
  /** Address of the repository. */
  ref: Schema.String,
  /** Git's last words. */
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.operation === "push" ? unwritable(this.ref) : unreadable(this.ref)}: ${this.reason}`
  }
}

type Environment = Readonly<Record<string, string>>

export class Mirror extends Context.Service<Mirror, {
  readonly folder: (role: Role) => string
  /** What git needs in this repository: it may have to ask upstream for a file. */
  readonly environment: (
    role: Role,
    settings?: ReadonlyArray<readonly [key: string, value: string]>
  ) => Effect.Effect<Environment>
  /** Makes the repository equal to upstream's branches; one at a time for each role. */
  readonly refresh: (role: Role) => Effect.Effect<Upstream, MirrorError>
  /** What the target has upstream. Nothing comes from there yet where nothing is here, and a cold clone can be handed on. */
  readonly survey: Effect.Effect<Upstream, MirrorError>
  /** Sees to it that the target's repository has what `survey` told; answers with whether anything had to come. */
  readonly whole: Effect.Effect<boolean, MirrorError>
  /** Makes the repository where there is none, with nothing in it. */
  readonly prepare: (role: Role) => Effect.Effect<void, MirrorError>
  /** Answers with the branches, as the repository will have them; undefined where it has them, or what is asked is not understood. */
  readonly listed: (packets: ReadonlyArray<string>) => Uint8Array | undefined
  /** Whether these are the heads of branches that were surveyed and are not here yet. */
  readonly surveyed: (ids: ReadonlyArray<string>) => boolean
  /** Keeps these branches from now on, as far as upstream has them. */
  readonly include: (role: Role, branches: ReadonlyArray<string>) => Effect.Effect<void, MirrorError>
  /** Brings the files that a client is about to get. */
  readonly bring: (role: Role, command: FetchCommand) => Effect.Effect<void>
  /** A cold clone of the target as it comes from upstream; undefined where that is not possible, or all of it is here. */
  readonly pass: (cold: ColdClone) => Stream.Stream<Uint8Array, NotPassed> | undefined
  /** Of these objects, those that no branch of the repository leads to. */
  readonly strangers: (role: Role, ids: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<string>>
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
      const { files, git: { base, branches, docsUrl, known, repositories, targetUrl } } = yield* BrokerConfig
      const folder = (role: Role) => `${files.state}/${role}.git`
      const own = [base, branches.plain, branches.own, known?.branch].filter((name) => name !== undefined)
      const wanted = new Set(own)
      const prefetch = makePrefetch(git)
      const roles: ReadonlyArray<Role> = ["docs", "target", ...repositories.map((_, index) => otherRole(index))]
      const parts = new Map(
        yield* Effect.forEach(
          roles,
          Effect.fnUntraced(function*(role) {
            const gate = yield* Semaphore.make(1)
            const strangers = yield* makeReachable(git, `${files.state}/${role.replace("/", "-")}.objects`)
            return [role, { gate, strangers }] as const
          })
        )
      )
      /** Of the target. */
      let seen: ReadonlyMap<string, string> = new Map()
      /** What the target has upstream, while nothing of it is here. */
      let ahead: Upstream | undefined

      const alone = <A, E, R>(role: Role, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
        parts.get(role)?.gate.withPermit(effect) ?? effect

      const given = (role: Role): string | undefined => {
        const index = otherIndex(role)
        if (index !== undefined) return repositories[index]?.url
        return role === "docs" ? docsUrl : targetUrl
      }

      /** Branches that are held beside the default one; undefined: all of them. */
      const wantedOf = (role: Role): ReadonlySet<string> | undefined => {
        const index = otherIndex(role)
        if (index === undefined) return role === "docs" ? undefined : wanted
        const branch = repositories[index]?.branch
        return new Set(branch === undefined ? [] : [branch])
      }

      const urlOf = (role: Role) => {
        const url = given(role)
        return url === undefined
          ? Effect.fail(
            new MirrorError({ operation: "look", ref: `${role}.git`, reason: "this run has no such repository" })
          )
          : Effect.succeed(url)
      }

      const environment = Effect.fnUntraced(function*(
        role: Role,
        settings: ReadonlyArray<readonly [key: string, value: string]> = []
      ) {
        const url = given(role)
        const reached = url === undefined ? access.local(settings) : yield* access.remote(url, settings)
        return { ...reached, GIT_NO_LAZY_FETCH: "0" }
      })

      const ask = (
        operation: MirrorError["operation"],
        url: string,
        environment: Environment,
        args: ReadonlyArray<string>
      ) =>
        git.ask({ args, environment }).pipe(
          Effect.filterOrFail(
            ({ exitCode }) => exitCode === 0,
            ({ stderr }) =>
              new MirrorError({
                operation,
                ref: url,
                reason: explained(lastWords(stderr, redact)) || "git said nothing"
              })
          )
        )
      const patiently = <A>(asking: Effect.Effect<A, MirrorError>) =>
        Effect.retry(asking, { schedule: retrySchedule, while: ({ reason }) => isTransient(reason) })

      /** Once more with another token, where there is one and the host does not take the one that it had. */
      const renewing = <A>(url: string, asking: Effect.Effect<A, MirrorError>) =>
        Effect.catch(asking, (error) =>
          refusesToken(error.reason)
            ? Effect.flatMap(access.renew(url), (renewed) => renewed ? asking : Effect.fail(error))
            : Effect.fail(error))

      const told = new Set<string>()
      const look = Effect.fn("Mirror.look")(function*(url: string) {
        const words = ["ls-remote", "--symref", "--", access.address(url), "HEAD", "refs/heads/*"]
        const asking = Effect.flatMap(access.remote(url), (environment) => ask("look", url, environment, words))
        const { stderr, stdout } = yield* renewing(url, patiently(asking))
        const moved = redirection(stderr)
        if (moved !== undefined && !told.has(url)) {
          told.add(url)
          yield* Effect.logWarning(
            `${url} is ${moved} now: set the run's address to it, before somebody takes the old name`
          )
        }
        return parseRemote(stdout)
      })

      const opened = new Set<Role>()
      /** Those that have no branch yet. */
      const empty = new Set<Role>()
      /** Whose files are all here. */
      const complete = new Set<Role>()
      /** Makes the repository where there is none; what a killed predecessor was about to change is left as it was. */
      const open = Effect.fnUntraced(function*(role: Role, url: string) {
        if (opened.has(role)) return
        const gitDir = folder(role)
        const files = yield* fs.readDirectory(gitDir, { recursive: true }).pipe(
          Effect.orElseSucceed((): ReadonlyArray<string> => [])
        )
        yield* Effect.gen(function*() {
          for (const name of files) if (name.endsWith(".lock")) yield* fs.remove(`${gitDir}/${name}`, { force: true })
          for (const name of ["objects", "refs/heads"]) {
            yield* fs.makeDirectory(`${gitDir}/${name}`, { recursive: true })
          }
          const config = yield* fs.readFileString(`${gitDir}/config`).pipe(Effect.orElseSucceed(() => ""))
          if (!config.includes("partialClone")) {
            yield* fs.writeFileString(`${gitDir}/config`, mirrorConfig(access.address(url)))
          }
          if (!files.includes("HEAD")) yield* fs.writeFileString(`${gitDir}/HEAD`, "ref: refs/heads/main\n")
        }).pipe(
          Effect.catchTag(
            "PlatformError",
            ({ message }) => Effect.fail(new MirrorError({ operation: "open", ref: url, reason: message }))
          )
        )
        if (!files.some((name) => name === "packed-refs" || name.startsWith("refs/heads/"))) empty.add(role)
        opened.add(role)
      })

      /** Whether upstream gives a single file when it is asked for one: without that nothing can be left there. */
      const givesFiles = Effect.fnUntraced(function*(role: Role, commit: string) {
        const inside = { ...(yield* environment(role)), GIT_DIR: folder(role) }
        const { stdout } = yield* git.ask({ args: ["ls-tree", "-r", commit], environment: inside })
        const [, file] = /^\d+ blob ([0-9a-f]+)\t/m.exec(stdout) ?? []
        if (file === undefined) return true
        const { exitCode } = yield* git.ask({ args: ["cat-file", "-e", file], environment: inside })
        return exitCode === 0
      })

      const fetch = Effect.fnUntraced(function*(role: Role, url: string, plan: MirrorPlan, first: boolean) {
        const inside = { ...(yield* environment(role)), GIT_DIR: folder(role) }
        yield* patiently(ask("fetch", url, inside, fetchWords(role, plan)))
        const [, commit] = plan.fetched[0] ?? []
        if (!first || commit === undefined || (yield* givesFiles(role, commit))) return
        yield* Effect.logWarning(`${url}: remote does not support partial clone; all files are fetched`)
        yield* patiently(ask("fetch", url, inside, fetchWords(role, plan, "whole")))
        yield* ask("fetch", url, inside, ["config", "--unset", "remote.upstream.partialclonefilter"])
        complete.add(role)
      })

      /** Branches that are here, with their commits. */
      const here = Effect.fnUntraced(function*(role: Role, environment: Environment) {
        if (empty.has(role)) return new Map<string, string>()
        const words = ["for-each-ref", "--format=%(objectname)%09%(refname)", "refs/heads/"]
        return parseRemote((yield* git.ask({ args: words, environment })).stdout).heads
      })

      /** Makes the repository what upstream is. */
      const follow = Effect.fnUntraced(function*(role: Role, url: string, upstream: Upstream) {
        const local = { ...access.local(), GIT_DIR: folder(role) }
        const known = yield* here(role, local)
        const plan = planMirror(upstream, known, wantedOf(role))
        if (plan.fetched.length > 0) yield* fetch(role, url, plan, known.size === 0)
        for (const branch of plan.removed) {
          yield* ask("fetch", url, local, ["update-ref", "-d", `refs/heads/${branch}`])
        }
        if (upstream.defaultBranch !== undefined) {
          const words = ["symbolic-ref", "HEAD", `refs/heads/${upstream.defaultBranch}`]
          yield* git.ask({ args: words, environment: local })
        }
        empty.delete(role)
        if (role === "target") ahead = undefined
      })

      const seeing = Effect.fnUntraced(function*(role: Role, url: string) {
        yield* open(role, url)
        const upstream = yield* look(url)
        if (role === "target") seen = upstream.heads
        return upstream
      })

      const refresh = Effect.fn("Mirror.refresh")(function*(role: Role) {
        const url = yield* urlOf(role)
        const upstream = yield* seeing(role, url)
        yield* follow(role, url, upstream)
        return upstream
      })

      const survey = Effect.fn("Mirror.survey")(function*() {
        const upstream = yield* seeing("target", targetUrl)
        if (empty.has("target") && isPassable(access.address(targetUrl)) && canBeTold(upstream)) ahead = upstream
        else yield* follow("target", targetUrl, upstream)
        return upstream
      })

      /** A branch that has gone upstream meanwhile is no trouble. */
      const whole = Effect.gen(function*() {
        yield* open("target", targetUrl)
        if (!empty.has("target")) return false
        yield* ahead === undefined
          ? refresh("target")
          : Effect.catchIf(
            follow("target", targetUrl, ahead),
            ({ reason }) => !isTransient(reason),
            () => refresh("target")
          )
        return true
      })

      const heldAhead = () => ahead === undefined ? [] : planMirror(ahead, new Map(), wanted).fetched

      return Mirror.of({
        folder,
        environment,
        refresh: (role) => alone(role, refresh(role)),
        survey: alone("target", survey()),
        whole: alone("target", whole),
        prepare: (role) => alone(role, Effect.flatMap(urlOf(role), (url) => open(role, url))),
        listed: (packets) => ahead === undefined ? undefined : branchList(packets, heldAhead(), ahead.defaultBranch),
        surveyed: (ids) => {
          const heads = new Set(heldAhead().map(([, commit]) => commit))
          return ids.every((id) => heads.has(id))
        },
        include: (role, branches) =>
          role !== "target" ? Effect.void : alone(
            role,
            Effect.suspend(() => {
              const more = branches.filter((branch) => !wanted.has(branch) && seen.has(branch))
              for (const branch of more) wanted.add(branch)
              return more.length === 0 || ahead !== undefined ? Effect.void : Effect.asVoid(refresh(role))
            })
          ),
        bring: (role, command) =>
          alone(
            role,
            Effect.gen(function*() {
              yield* prefetch(role, command, { ...(yield* environment(role)), GIT_DIR: folder(role) })
            })
          ),
        pass: (cold) => {
          const address = access.address(targetUrl)
          return complete.has("target") || !isPassable(address) ? undefined : Stream.unwrap(
            Effect.map(
              environment("target"),
              (environment) =>
                passing(git, cold, { address, environment: { ...environment, GIT_DIR: folder("target") } })
            )
          )
        },
        strangers: (role, ids) =>
          Effect.suspend(() =>
            parts.get(role)?.strangers(ids, { ...access.local(), GIT_DIR: folder(role) }) ?? Effect.succeed(ids)
          ),
        alone
      })
    })
  )
}
