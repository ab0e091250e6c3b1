/** Runs git. Whoever calls it decides what a non-zero exit means; `run` takes it for an error with git's last words. */
import { runnerNames } from "@orchestrator/domain/PodEnvironment"
import { printable } from "@orchestrator/domain/Printable"
import { Context, Effect, Layer, Schema, Stream } from "effect"
import { ChildProcess, ChildProcessSpawner } from "effect/process"
import type { Environment } from "../pod/Environment.ts"
import { outputOf } from "../pod/ProcessOutput.ts"
import { type Redact, Redaction } from "../pod/Redact.ts"
import { RunnerConfig } from "../runner/services/RunnerConfig.ts"
import { configEnvironment, hardened, identityOf, quietEnvironment } from "./GitSettings.ts"

export class GitError extends Schema.TaggedError<GitError>()("GitError", {
  /** The git command, such as `checkout`. */
  operation: Schema.String,
  exitCode: Schema.Int,
  /** The end of what git said. */
  words: Schema.String
}) {
  override get message(): string {
    return `git ${this.operation} failed (exit ${this.exitCode}): ${this.words}`
  }
}

/** Where git's files lie. Always named explicitly: git shall not look for a repository itself. */
export interface GitFolders {
  readonly gitDir: string
  readonly workTree?: string
}

export interface GitAnswer {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  /** What `stdout` is the text of. */
  readonly bytes: Uint8Array
}

export interface GitOptions {
  /** More settings, after the hardened ones. */
  readonly settings?: ReadonlyArray<readonly [key: string, value: string]>
  readonly environment?: Environment
  /** For git's standard input. */
  readonly input?: string | Uint8Array
}

const longestWords = 600

/** The last lines of what a command said, printable on one line; what is cut, is cut between words. */
export const lastWords = (text: string, redact: Redact = (it) => it): string => {
  const clean = printable(text, { lines: true, redact })
  const line = clean.split("\n").map((each) => each.trim()).filter((each) => each !== "").slice(-6).join(" | ")
  return line.length <= longestWords ? line : line.slice(-longestWords).replace(/^\S*\s*/, "")
}

const inBytes = (input: string | Uint8Array): Uint8Array =>
  typeof input === "string" ? new TextEncoder().encode(input) : input

export class Git extends Context.Service<Git, {
  /** Runs git and answers with how it ended. */
  readonly ask: (
    folders: GitFolders | undefined,
    args: ReadonlyArray<string>,
    options?: GitOptions
  ) => Effect.Effect<GitAnswer, GitError>
  /** Runs git and answers with its output; a non-zero exit fails. */
  readonly run: (
    folders: GitFolders | undefined,
    args: ReadonlyArray<string>,
    options?: GitOptions
  ) => Effect.Effect<string, GitError>
}>()("@orchestrator/agent/git/Git") {
  static readonly layer = Layer.effect(
    Git,
    Effect.gen(function*() {
      const { environment, githubUser, roots } = yield* RunnerConfig
      const redact = yield* Redaction
      const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
      const user = identityOf(githubUser)
      const inherited = Object.fromEntries(
        Object.entries(environment).filter(([name]) => !/^(?:GIT_|SSH_)/.test(name))
      )

      const environmentOf = (folders: GitFolders | undefined, options: GitOptions) => ({
        ...inherited,
        ...quietEnvironment,
        ...configEnvironment([...hardened, ...(options.settings ?? [])]),
        HOME: "/nonexistent",
        XDG_CONFIG_HOME: "/nonexistent",
        // Nothing but the broker is reached by the runner.
        [runnerNames.gitAllowProtocol]: "http",
        GIT_CEILING_DIRECTORIES: roots.workspace,
        GIT_AUTHOR_NAME: user.name,
        GIT_AUTHOR_EMAIL: user.email,
        GIT_COMMITTER_NAME: user.name,
        GIT_COMMITTER_EMAIL: user.email,
        ...(folders === undefined ? {} : { GIT_DIR: folders.gitDir }),
        ...(folders?.workTree === undefined ? {} : { GIT_WORK_TREE: folders.workTree }),
        ...options.environment
      })

      const ask = Effect.fn("Git.ask")(function*(
        folders: GitFolders | undefined,
        args: ReadonlyArray<string>,
        options: GitOptions = {}
      ) {
        const command = ChildProcess.make("git", args, {
          env: environmentOf(folders, options),
          ...(folders?.workTree === undefined ? {} : { cwd: folders.workTree }),
          stdin: options.input === undefined ? "ignore" : Stream.succeed(inBytes(options.input)),
          killSignal: "SIGTERM",
          forceKillAfter: "2 seconds"
        })
        return yield* Effect.scoped(Effect.flatMap(spawner.spawn(command), outputOf)).pipe(
          Effect.mapError((error) =>
            new GitError({ operation: args[0] ?? "", exitCode: 127, words: lastWords(error.message, redact) })
          )
        )
      })

      const run = Effect.fn("Git.run")(function*(
        folders: GitFolders | undefined,
        args: ReadonlyArray<string>,
        options: GitOptions = {}
      ) {
        const { exitCode, stderr, stdout } = yield* ask(folders, args, options)
        if (exitCode === 0) return stdout
        return yield* new GitError({
          operation: args[0] ?? "",
          exitCode,
          words: lastWords(stderr === "" ? stdout : stderr, redact)
        })
      })

      return Git.of({ ask, run })
    })
  )
}
