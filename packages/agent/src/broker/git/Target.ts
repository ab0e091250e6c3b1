/**
 * The run's branch upstream: which one it is, what this run put there, and what is there now. A push is done when upstream has it; what
 * is testified is what upstream showed afterwards.
 */
import type { Delivery } from "@orchestrator/domain/AgentResult"
import type { BrokerResult } from "@orchestrator/domain/BrokerResult"
import { Context, DateTime, Effect, FileSystem, Layer, Option, Schema, Stream } from "effect"
import { lastWords } from "../../runner/git/Git.ts"
import { refusal } from "../../runner/git/UpstreamWords.ts"
import { parseWriters, runTrailer } from "../../runner/workspace/Branch.ts"
import { BrokerConfig } from "../BrokerConfig.ts"
import { Credentials } from "../Credentials.ts"
import { Witness } from "../Witness.ts"
import { BrokerGit } from "./BrokerGit.ts"
import { GitAccess } from "./GitAccess.ts"
import { Mirror, MirrorError, unreadable, type Upstream } from "./Mirror.ts"
import { preReceiveHook, type PreReceiveInputs } from "./PreReceive.ts"
import { explained } from "./RemoteWords.ts"
import { chooseRunBranch } from "./RunBranch.ts"

const TargetState = Schema.Struct({
  branch: Schema.String,
  /** Branch that the work starts from. */
  base: Schema.String,
  /** Head of the branch before this run wrote to it. */
  floor: Schema.optionalKey(Schema.String),
  /** Head that this run put there last. */
  ownHead: Schema.optionalKey(Schema.String)
})
export type TargetState = typeof TargetState.Type

const decodeState = Schema.decodeUnknownOption(Schema.fromJsonString(TargetState))

/** Without what was wrong with the repository, which can be read now. */
const withoutProblem = (result: BrokerResult, url: string): BrokerResult => {
  if (result.problem?.startsWith(unreadable(url)) !== true) return result
  const { missing: _, problem: __, ...rest } = result
  return rest
}

/** What git says of a repository that wants to know who asks. */
const asksWho =
  /could not read (?:username|password)|authentication failed|permission denied \(publickey|not found|returned error: 40[134]/i

const withoutRefusal = (result: BrokerResult): BrokerResult => {
  if (result.delivery === undefined) return result
  const { pushRefused: _, ...delivery } = result.delivery
  return { ...result, delivery }
}

export class Target extends Context.Service<Target, {
  /** The branch, with the repository made equal to upstream. */
  readonly open: Effect.Effect<TargetState, MirrorError>
  /** The branch as it was decided when upstream was first looked at. */
  readonly current: Effect.Effect<TargetState, MirrorError>
  /** Moves to the branch with the run's suffix; false once something was pushed. */
  readonly leavePlain: Effect.Effect<boolean, MirrorError>
  /** Hands a push (a file with the body of git's request) to git and upstream; answers with git's answer. */
  readonly push: (body: string) => Effect.Effect<Uint8Array, MirrorError>
  /** Reads the branch back and testifies. */
  readonly verify: Effect.Effect<Delivery, MirrorError>
}>()("@orchestrator/agent/broker/git/Target") {
  static readonly layer = Layer.effect(
    Target,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const access = yield* GitAccess
      const git = yield* BrokerGit
      const mirror = yield* Mirror
      const witness = yield* Witness
      const { gitToken, mask, redact, sshKey } = yield* Credentials
      const { files, git: settings, run } = yield* BrokerConfig
      const stateFile = `${files.state}/target.json`
      const hooks = `${files.state}/hooks`
      yield* fs.makeDirectory(hooks, { recursive: true })
      yield* fs.writeFileString(`${hooks}/pre-receive`, preReceiveHook, { mode: 0o700 })
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

      const begin = Effect.fnUntraced(function*({ defaultBranch, heads }: Upstream) {
        if (settings.base !== undefined && heads.size > 0 && !heads.has(settings.base)) {
          return yield* new MirrorError({
            operation: "look",
            ref: settings.targetUrl,
            reason: `it has no branch ${settings.base}, from which the work should start`
          })
        }
        const base = settings.base ?? defaultBranch ?? "main"
        const { own, plain } = settings.branches
        const log = yield* git.ask({
          args: [
            "log",
            `--format=%(trailers:key=${runTrailer},valueonly)`,
            `refs/heads/${plain}`,
            `^refs/heads/${base}`
          ],
          environment: local
        })
        const branch = chooseRunBranch({
          plain,
          own,
          heads,
          known: settings.known,
          writers: log.exitCode === 0 ? parseWriters(log.stdout) : [],
          runUid: run.uid
        })
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
        const anonymous = (yield* gitToken) === undefined && (yield* sshKey) === undefined
        const missing = anonymous && asksWho.test(reason) ? { missing: "GitAccess" } as const : {}
        yield* witness.update((result) => ({ ...result, problem: message, ...missing }))
      })

      const refreshed = Effect.gen(function*() {
        const upstream = yield* mirror.refresh("target")
        return { heads: upstream.heads, state: state ?? (yield* begin(upstream)) }
      }).pipe(
        Effect.tapError(noteProblem),
        Effect.tap(() => witness.update((result) => withoutProblem(result, settings.targetUrl)))
      )
      const open = Effect.map(refreshed, (all) => all.state)
      const current = Effect.suspend(() => state === undefined ? open : Effect.succeed(state))

      /** Whether the branch holds what its base does not, or has no base. */
      const isChanged = (base: string, branch: string) =>
        git.ask({
          args: ["diff", "--quiet", "--no-ext-diff", `refs/heads/${base}...refs/heads/${branch}`],
          environment: local
        }).pipe(Effect.map(({ exitCode }) => exitCode !== 0))

      const verify = Effect.gen(function*() {
        const { heads, state: { base, branch } } = yield* refreshed
        const headCommit = heads.get(branch)
        const changed = headCommit !== undefined && (yield* isChanged(base, branch))
        const verifiedAt = DateTime.formatIso(yield* DateTime.now)
        const { delivery: before } = yield* witness.read
        const { pullRequestUrl, pushRefused } = before ?? {}
        const delivery: Delivery = {
          branch,
          changed,
          ...(headCommit === undefined ? {} : { headCommit }),
          ...(pullRequestUrl === undefined ? {} : { pullRequestUrl }),
          ...(pushRefused === undefined ? {} : { pushRefused }),
          verifiedAt
        }
        yield* witness.update((result) => ({ ...result, delivery }))
        return delivery
      })

      const pushSettings = [
        ["core.hooksPath", hooks],
        ["receive.maxInputSize", String(settings.maxPushBytes)],
        // Each push stays a pack, whose objects the hook has checked; git's own check would want every file that was left upstream.
        ["receive.unpackLimit", "1"],
        ["receive.denyDeletes", "true"],
        ["receive.denyCurrentBranch", "ignore"],
        ["receive.autogc", "false"],
        ["receive.shallowUpdate", "false"]
      ] as const

      /** What became of a push, by what the hook left. */
      const outcome = Effect.fnUntraced(function*(report: string) {
        const read = (name: string) =>
          fs.readFileString(`${report}/${name}`).pipe(Effect.orElseSucceed(() => undefined))
        const refused = yield* read("refused")
        const porcelain = yield* read("porcelain")
        const words = (yield* read("words")) ?? ""
        if (refused !== undefined) return { refused }
        if (porcelain === undefined) return { refused: "the push was not complete" }
        const pushed = /^[ +*=]\t([0-9a-f]{40,64}):/m.exec(porcelain)?.[1]
        return pushed === undefined
          ? {
            refused: redact(refusal(porcelain, words) ?? (explained(lastWords(words)) || "the remote did not answer"))
          }
          : { pushed }
      })

      const receive = Effect.fnUntraced(function*(body: string, current: TargetState) {
        const report = yield* fs.makeTempDirectoryScoped({ directory: files.state, prefix: "push-" }).pipe(Effect.orDie)
        const inputs: PreReceiveInputs = {
          BROKER_REF: `refs/heads/${current.branch}`,
          BROKER_UPSTREAM: access.address(settings.targetUrl),
          BROKER_REPORT: report,
          BROKER_OWN_HEAD: current.ownHead ?? "",
          BROKER_FLOOR: current.floor ?? ""
        }
        const answer = yield* git.ask({
          args: ["receive-pack", "--stateless-rpc", mirror.folder("target")],
          environment: { ...(yield* mirror.environment("target", pushSettings)), ...inputs },
          input: fs.stream(body).pipe(Stream.orDie)
        })
        const result = yield* outcome(report)
        if (result.pushed === undefined) {
          const words = result.refused
          yield* Effect.logWarning(`a push to ${current.branch} was refused: ${words}`)
          yield* witness.update((before) => ({
            ...before,
            delivery: { branch: current.branch, changed: false, ...before.delivery, pushRefused: words }
          }))
        } else {
          yield* Effect.log(`upstream has ${current.branch} at ${result.pushed.slice(0, 12)}`)
          yield* keep({ ...current, ownHead: result.pushed })
          yield* witness.update(withoutRefusal)
        }
        return mask(answer.bytes)
      })

      return Target.of({
        open,
        current,
        leavePlain: Effect.gen(function*() {
          const { heads, state: before } = yield* refreshed
          const { own } = settings.branches
          if (before.branch === own) return true
          if (before.ownHead !== undefined) return false
          const { floor: _, ...rest } = before
          const head = heads.get(own)
          yield* keep({ ...rest, branch: own, ...(head === undefined ? {} : { floor: head }) })
          return true
        }),
        push: Effect.fn("Target.push")(function*(body) {
          const before = yield* current
          const answer = yield* mirror.alone(
            "target",
            Effect.scoped(Effect.suspend(() => receive(body, state ?? before)))
          )
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
