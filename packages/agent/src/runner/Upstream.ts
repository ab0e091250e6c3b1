/**
 * Everything that touches the remote's credentials: reading, fetching from and pushing to upstream. Only objects and refs cross; what a
 * repository is configured to run is never run here. A broker can take this service's place.
 */
import { Context, Duration, Effect, FileSystem, Layer, Redacted, Schedule, Schema } from "effect"
import { Git, type GitAnswer, type GitFolders, lastWords } from "./Git.ts"
import { pinnedHostKeys } from "./HostKeys.ts"
import { RunnerConfig } from "./RunnerConfig.ts"
import { type Access, mirrored, mirrorSettings, sshCommand, tokenAccess } from "./UpstreamAccess.ts"
import { isTransient, parseRemote, refusal } from "./UpstreamWords.ts"

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
  /** Branches of a remote. */
  readonly look: (url: string) => Effect.Effect<Remote, UpstreamError>
  /** Brings refs of a remote into a repository of this machine. */
  readonly fetch: (
    url: string,
    into: GitFolders,
    refspecs: ReadonlyArray<string>,
    depth?: number
  ) => Effect.Effect<void, UpstreamError>
  /** Offers a commit to a branch; answers with the remote's words when it refuses. */
  readonly push: (url: string, push: Push) => Effect.Effect<string | undefined, UpstreamError>
  /** What the agent's own git needs to reach the remote. */
  readonly agentAccess: (url: string) => Access
}>()("@orchestrator/agent/runner/Upstream") {
  /** Credentials of this process's environment and of the mounted ssh key. */
  static readonly layerDirect = Layer.effect(
    Upstream,
    Effect.gen(function*() {
      const git = yield* Git
      const fs = yield* FileSystem.FileSystem
      const { bounds, insteadOf, roots, token } = yield* RunnerConfig
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

      const access = (url: string): Access => {
        const byToken = tokenAccess(mirrored(url, insteadOf), token === undefined ? undefined : Redacted.value(token))
        return { settings: byToken.settings, environment: { ...byToken.environment, GIT_SSH_COMMAND: ssh } }
      }

      const patience = Schedule.exponential(Duration.seconds(bounds.backoff / 10))

      /** Runs git with access, again when the network failed; `accept` says which answers are answers. */
      const ask = (
        operation: UpstreamError["operation"],
        url: string,
        folders: GitFolders | undefined,
        args: ReadonlyArray<string>,
        accept: (answer: GitAnswer) => boolean = ({ exitCode }) => exitCode === 0
      ) =>
        git.ask(folders, args.map((word) => (word === url ? mirrored(url, insteadOf) : word)), access(url)).pipe(
          Effect.mapError((error) => new UpstreamError({ operation, ref: url, reason: error.words })),
          Effect.filterOrFail(
            accept,
            ({ stderr }) => new UpstreamError({ operation, ref: url, reason: lastWords(stderr) || "no answer" })
          ),
          Effect.retry({ schedule: patience, times: 3, while: (error) => isTransient(error.reason) })
        )

      return Upstream.of({
        look: Effect.fn("Upstream.look")(function*(url) {
          const { stdout } = yield* ask("look", url, undefined, [
            "ls-remote",
            "--symref",
            "--",
            url,
            "HEAD",
            "refs/heads/*"
          ])
          return parseRemote(stdout)
        }),
        fetch: Effect.fn("Upstream.fetch")(function*(url, into, refspecs, depth) {
          yield* ask("fetch", url, into, [
            "fetch",
            "--quiet",
            "--force",
            "--prune",
            "--no-recurse-submodules",
            "--no-write-fetch-head",
            ...(depth === undefined ? [] : [`--depth=${depth}`]),
            "--",
            url,
            ...refspecs
          ])
        }),
        push: Effect.fn("Upstream.push")(function*(url, { branch, commit, folders, replace }) {
          const ref = `refs/heads/${branch}`
          const { exitCode, stderr, stdout } = yield* ask("push", url, folders, [
            "push",
            "--porcelain",
            "--no-verify",
            "--no-recurse-submodules",
            ...(replace === undefined ? [] : [`--force-with-lease=${ref}:${replace}`]),
            "--",
            url,
            `${commit}:${ref}`
          ], (answer) => answer.exitCode === 0 || refusal(answer.stdout, answer.stderr) !== undefined)
          return exitCode === 0 ? undefined : refusal(stdout, stderr)
        }),
        agentAccess: (url) => {
          const { environment, settings } = access(url)
          return { environment, settings: [...mirrorSettings(insteadOf), ...settings] }
        }
      })
    })
  )
}
