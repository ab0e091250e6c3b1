/**
 * The run's branch upstream: which one it is, what this run put there, and what is there now. A push is done when upstream has it; what
 * is reported is what upstream showed afterwards.
 */
import type { Delivery } from "@orchestrator/domain/AgentResult"
import type { BrokerResult } from "@orchestrator/domain/BrokerResult"
import { Context, DateTime, Effect, Fiber, FileSystem, Layer, Option, Schema } from "effect"
import { Forge } from "../../forge/Forge.ts"
import { parseWriters, rival, runTrailer } from "../../git/Branch.ts"
import { type GitAnswer, lastWords } from "../../git/Git.ts"
import { noStart } from "../../git/UpstreamWords.ts"
import { BrokerConfig } from "../services/BrokerConfig.ts"
import { BrokerReport } from "../services/BrokerReport.ts"
import { Credentials } from "../services/Credentials.ts"
import { BrokerGit } from "./BrokerGit.ts"
import { GitAccess } from "./GitAccess.ts"
import { Mirror, MirrorError, unreadable, unwritable } from "./Mirror.ts"
import type { Upstream } from "./MirrorPlan.ts"
import { pushAnswer } from "./PktLine.ts"
import type { Push } from "./PushCommands.ts"
import { makeReceive } from "./Receive.ts"
import { explained, refusesToken } from "./RemoteWords.ts"
import { chooseRunBranch } from "./RunBranch.ts"
import { refusesWrites } from "./WriteAccess.ts"

const TargetState = Schema.Struct({
  branch: Schema.String,
  /** Branch that the work starts from. */
  base: Schema.String,
  /** Newest head of the branch that others put there; all of it stays. */
  floor: Schema.optionalKey(Schema.String),
  /** Head that this run put there last. */
  ownHead: Schema.optionalKey(Schema.String),
  /** What upstream was asked last to put there, and over which head, while it is not known whether it has. */
  offered: Schema.optionalKey(Schema.Struct({ commit: Schema.String, over: Schema.optionalKey(Schema.String) }))
})
export type TargetState = typeof TargetState.Type

const decodeState = Schema.decodeUnknownOption(Schema.fromJsonString(TargetState))

/** Once upstream has what it was offered. Where that went over the head of another, it now belongs to what stays. */
const landed = ({ offered, ...state }: TargetState): TargetState => {
  if (offered === undefined) return state
  const { commit, over } = offered
  return { ...state, ownHead: commit, ...(over === undefined || over === state.ownHead ? {} : { floor: over }) }
}

/** Without what was wrong with the repository, which can be read and written now. */
const withoutProblem = (result: BrokerResult, url: string): BrokerResult => {
  const { problem = "" } = result
  if (!problem.startsWith(unreadable(url)) && !problem.startsWith(unwritable(url))) return result
  const { missing: _, problem: __, ...rest } = result
  return rest
}

/** What git says of a repository that wants to know who asks. */
const asksWho =
  /could not read (?:username|password)|authentication failed|permission denied \(publickey|not found|returned error: 40[134]/i

/** What git says of a push that is only tried. */
type WriteAnswer = Pick<GitAnswer, "exitCode" | "stderr">

const writeAccessTakes = "30 seconds"
const noAnswer: WriteAnswer = { exitCode: 1, stderr: `no answer within ${writeAccessTakes}` }

const withoutRefusal = (result: BrokerResult): BrokerResult => {
  if (result.delivery === undefined) return result
  const { pushRefused: _, ...delivery } = result.delivery
  return { ...result, delivery }
}

export class Target extends Context.Service<Target, {
  /** The branch, by what upstream has now. Where a clone can be handed on, what is here may have yet to come (`whole`). */
  readonly open: Effect.Effect<TargetState, MirrorError>
  /** Sees to it that the branches are here of which `open` told. */
  readonly whole: Effect.Effect<void, MirrorError>
  /** The branch as it was decided when upstream was first looked at. */
  readonly current: Effect.Effect<TargetState, MirrorError>
  /** Moves to the branch with the run's suffix; false once something was pushed. */
  readonly switchToOwnBranch: Effect.Effect<boolean, MirrorError>
  /** Hands a push (with the file that the body of git's request is in) on to upstream; answers what git is to be answered. */
  readonly push: (push: Push, body: string) => Effect.Effect<Uint8Array, MirrorError>
  /** Reads the branch back and reports. */
  readonly verify: Effect.Effect<Delivery, MirrorError>
}>()("@orchestrator/agent/broker/git/Target") {
  static readonly layer = Layer.effect(
    Target,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const access = yield* GitAccess
      const forge = yield* Forge
      const git = yield* BrokerGit
      const mirror = yield* Mirror
      const brokerReport = yield* BrokerReport
      const { appKey, gitToken, redact, sshKey } = yield* Credentials
      const { files, git: settings, run } = yield* BrokerConfig
      const stateFile = `${files.state}/target.json`
      const kept = yield* fs.readFileString(stateFile).pipe(
        Effect.map(decodeState),
        Effect.orElseSucceed(() => Option.none())
      )
      let state = Option.getOrUndefined(kept)

      const local = { ...access.local(), GIT_DIR: mirror.folder("target") }

      const keep = Effect.fnUntraced(function*(next: TargetState) {
        state = next
        yield* fs.writeFileString(`${stateFile}.new`, JSON.stringify(next)).pipe(
          Effect.andThen(fs.rename(`${stateFile}.new`, stateFile)),
          Effect.orDie
        )
        return next
      })

      /** One question to the remote, and nothing is sent: the branches that both have stand for any. */
      const askWhetherItWrites = Effect.gen(function*() {
        const words = ["push", "--dry-run", "--porcelain", "--no-verify", "--no-recurse-submodules", "--"]
        const environment = yield* mirror.environment("target")
        return yield* git.ask({
          args: [...words, access.address(settings.targetUrl), "+:"],
          environment: { ...environment, GIT_DIR: mirror.folder("target"), GIT_NO_LAZY_FETCH: "1" }
        }).pipe(Effect.timeoutOrElse({ duration: writeAccessTakes, orElse: () => Effect.succeed(noAnswer) }))
      })

      /** `asked`: the answer to the same question, from before it was known that upstream can be read. Only a yes counts then. */
      const requireWrites = Effect.fnUntraced(function*(asked: Fiber.Fiber<WriteAnswer>) {
        if ((yield* Fiber.join(asked)).exitCode === 0) return
        const { exitCode, stderr } = yield* askWhetherItWrites
        if (exitCode === 0) return
        const words = lastWords(stderr, redact)
        if (refusesWrites(stderr)) {
          return yield* new MirrorError({ operation: "push", ref: settings.targetUrl, reason: explained(words) })
        }
        yield* Effect.logWarning(`whether ${settings.targetUrl} can be pushed to is not known: ${words}`)
      })

      /** The pod of an attempt may have been lost before the run's status said what it delivered: the forge still knows. */
      const hasOpened = (branch: string) =>
        forge.hasOpened(branch, run.uid).pipe(
          Effect.catch((error) =>
            Effect.as(Effect.logWarning(`whether ${branch} is this run's is not known: ${error.message}`), false)
          )
        )

      /** Who has written commits of a branch that its base does not have. */
      const writtenOn = Effect.fnUntraced(function*(branch: string, base: string) {
        yield* mirror.whole
        const format = `--format=%(trailers:key=${runTrailer},valueonly)`
        const log = yield* git.ask({
          args: ["log", format, `refs/heads/${branch}`, `^refs/heads/${base}`],
          environment: local
        })
        return log.exitCode === 0 ? parseWriters(log.stdout) : []
      })

      const begin = Effect.fnUntraced(function*(
        { defaultBranch, heads }: Upstream,
        asked: Fiber.Fiber<WriteAnswer>
      ) {
        if (settings.base !== undefined && heads.size > 0 && !heads.has(settings.base)) {
          return yield* new MirrorError({
            operation: "look",
            ref: settings.targetUrl,
            reason: `it has no branch ${settings.base}, from which the work should start`
          })
        }
        const base = settings.base ?? defaultBranch
        if (base === undefined) {
          return yield* new MirrorError({ operation: "look", ref: settings.targetUrl, reason: noStart(heads) })
        }
        const { own, plain } = settings.branches
        const chosen = chooseRunBranch({
          plain,
          own,
          heads,
          known: settings.known,
          writers: heads.has(plain) ? yield* writtenOn(plain, base) : [],
          runUid: run.uid,
          contested: settings.contested
        })
        const isLost = chosen !== plain && heads.has(plain) && !heads.has(own) && (yield* hasOpened(plain))
        const branch = isLost ? plain : chosen
        // Seen before the agent starts, since the remote can only refuse it afterwards.
        const other = rival(heads.keys(), branch)
        if (other !== undefined) {
          return yield* new MirrorError({
            operation: "push",
            ref: settings.targetUrl,
            reason: `it has a branch ${other}, beside which there can be no branch ${branch}: rename or delete ${other}`
          })
        }
        yield* requireWrites(asked)
        const head = heads.get(branch)
        const ownHead = settings.known?.branch === branch && settings.known.head === head ? head : undefined
        yield* Effect.log(`the run's branch is ${branch}${head === undefined ? "" : `, now at ${head.slice(0, 12)}`}`)
        return yield* keep({
          branch,
          base,
          ...(head === undefined ? {} : { floor: head }),
          ...(ownHead === undefined ? {} : { ownHead })
        })
      })

      const noteProblem = Effect.fnUntraced(function*({ message, reason }: MirrorError) {
        const anonymous = (yield* gitToken(true)) === undefined && (yield* appKey) === undefined &&
          (yield* sshKey) === undefined
        const missing = anonymous && asksWho.test(reason) ? { missing: "GitAccess" } as const : {}
        yield* brokerReport.update((result) => ({ ...result, problem: message, ...missing }))
      })

      /** A push whose answer was lost, by us or by a broker before us, has been done where upstream has its commit. */
      const settled = Effect.fnUntraced(function*(now: TargetState, head: string | undefined) {
        if (now.offered === undefined || head === undefined) return now
        const { exitCode } = yield* git.ask({
          args: ["merge-base", "--is-ancestor", now.offered.commit, head],
          environment: { ...local, GIT_NO_LAZY_FETCH: "1" }
        })
        if (exitCode !== 0 || state !== now) return state ?? now
        yield* brokerReport.update(withoutRefusal)
        return yield* keep(landed(now))
      })

      const noProblem = brokerReport.update((result) => withoutProblem(result, settings.targetUrl))
      const whole = mirror.whole.pipe(
        Effect.tapError(noteProblem),
        Effect.flatMap((came) => came ? noProblem : Effect.void)
      )

      /** What follows from what upstream has now. Whether it may be written to is asked while that is. */
      const following = (looking: Effect.Effect<Upstream, MirrorError>) =>
        Effect.scoped(Effect.gen(function*() {
          yield* mirror.prepare("target")
          const asked = yield* Effect.forkScoped(
            state === undefined ? askWhetherItWrites : Effect.succeed(noAnswer)
          )
          const upstream = yield* looking
          const now = state ?? (yield* begin(upstream, asked))
          return { heads: upstream.heads, state: yield* settled(now, upstream.heads.get(now.branch)) }
        })).pipe(Effect.tapError(noteProblem), Effect.tap(() => noProblem))
      const refreshed = following(mirror.refresh("target"))
      const open = Effect.map(following(mirror.survey), (all) => all.state)
      const current = Effect.suspend(() => state === undefined ? open : Effect.succeed(state))

      /** Whether a commit holds what the base does not, or has no base. */
      const isChanged = (base: string, commit: string) =>
        git.ask({
          args: ["diff", "--quiet", "--no-ext-diff", `refs/heads/${base}...${commit}`],
          environment: local
        }).pipe(Effect.map(({ exitCode }) => exitCode !== 0))

      /** Whether the branch is this run's: where it was free, somebody else may have made it since. */
      const isOwn = ({ branch, floor, ownHead }: TargetState) =>
        settings.agentPushes || branch === settings.branches.own || branch === settings.known?.branch ||
        (floor ?? ownHead) !== undefined

      const verify = Effect.gen(function*() {
        const { heads, state: now } = yield* refreshed
        const { base, branch } = now
        const headCommit = isOwn(now) ? heads.get(branch) : undefined
        const changed = headCommit !== undefined && (yield* isChanged(base, headCommit)) &&
          // What others pushed on top is not this run's work.
          (now.ownHead === undefined || now.ownHead === headCommit || (yield* isChanged(base, now.ownHead)))
        const verifiedAt = DateTime.formatIso(yield* DateTime.now)
        const { delivery: before } = yield* brokerReport.read
        const { pullRequestUrl, pushRefused } = before ?? {}
        const delivery: Delivery = {
          branch,
          changed,
          ...(headCommit === undefined ? {} : { headCommit }),
          ...(pullRequestUrl === undefined ? {} : { pullRequestUrl }),
          ...(pushRefused === undefined ? {} : { pushRefused }),
          verifiedAt
        }
        yield* brokerReport.update((result) => ({ ...result, delivery }))
        return delivery
      })

      const receive = yield* makeReceive(git, redact)

      const taken = Effect.fnUntraced(
        function*(push: Push, body: string, given: TargetState) {
          const { branch, floor, ownHead } = given
          const [command] = push.commands
          if (command === undefined) return pushAnswer({ refs: [], refused: undefined, words: "" }, push.features)
          const once = Effect.gen(function*() {
            const folder = yield* fs.makeTempDirectoryScoped({ directory: files.state, prefix: "push-" })
            return yield* receive({
              gitDir: mirror.folder("target"),
              environment: yield* mirror.environment("target"),
              upstream: access.address(settings.targetUrl),
              maxBytes: settings.maxPushBytes,
              maxUnpackedBytes: settings.maxUnpackedBytes,
              strangers: (ids) => mirror.strangers("target", ids),
              branch,
              ownHead,
              floor,
              command,
              body,
              packAt: push.packAt,
              offering: (over) =>
                Effect.suspend(() =>
                  keep({ ...(state ?? given), offered: { commit: command.after, ...(over && { over }) } })
                )
            }, folder)
          })
          const first = yield* once
          const mayRenew = first.refused !== undefined && refusesToken(first.refused)
          const result = mayRenew && (yield* access.renew(settings.targetUrl)) ? yield* once : first
          const refused = result.refused === undefined ? undefined : redact(result.refused)
          if (result.pushed === undefined) {
            const words = refused ?? "it was refused"
            yield* Effect.logWarning(`a push to ${branch} was refused: ${words}`)
            yield* brokerReport.update((before) => ({
              ...before,
              refusedPushes: (before.refusedPushes ?? 0) + 1,
              delivery: { branch, changed: false, ...before.delivery, pushRefused: words }
            }))
          } else {
            yield* Effect.log(`upstream has ${branch} at ${result.pushed.slice(0, 12)}`)
            const now = state ?? given
            if (now.offered?.commit === result.pushed) yield* keep(landed(now))
            yield* brokerReport.update(withoutRefusal)
          }
          return pushAnswer({ refs: [command.ref], refused, words: redact(result.words) }, push.features)
        },
        Effect.scoped,
        Effect.orDie
      )

      return Target.of({
        open,
        whole,
        current,
        switchToOwnBranch: Effect.gen(function*() {
          const { heads, state: before } = yield* refreshed
          const { own } = settings.branches
          if (before.branch === own) return true
          if (before.ownHead !== undefined) return false
          const { floor: _, offered: __, ...rest } = before
          const head = heads.get(own)
          yield* keep({ ...rest, branch: own, ...(head === undefined ? {} : { floor: head }) })
          return true
        }),
        push: Effect.fn("Target.push")(function*(push, body) {
          const before = yield* current
          yield* whole
          const answer = yield* mirror.alone("target", Effect.suspend(() => taken(push, body, state ?? before)))
          yield* verify.pipe(
            Effect.catch((error) => Effect.logWarning(`the push cannot be read back: ${error.message}`))
          )
          return answer
        }, Effect.uninterruptible),
        verify
      })
    })
  )
}
