/** Git remotes of the demo, made once from the plain files under `examples/demo`: bare repositories with one commit on `main`. */
import { Effect, FileSystem, Path, Schema, Stream } from "effect"
import { ChildProcess } from "effect/process"

export class GitMissing extends Schema.TaggedError<GitMissing>()("GitMissing", { detail: Schema.String }) {
  override get message(): string {
    return `Cannot create the demo's git remotes: ${this.detail}`
  }
}

const identity = {
  GIT_AUTHOR_NAME: "demo",
  GIT_AUTHOR_EMAIL: "demo@example.invalid",
  GIT_COMMITTER_NAME: "demo",
  GIT_COMMITTER_EMAIL: "demo@example.invalid",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1"
}

const git = (args: ReadonlyArray<string>) =>
  Effect.scoped(Effect.gen(function*() {
    const handle = yield* ChildProcess.make("git", args, { env: identity, extendEnv: true, stdin: "ignore" })
    const [output, exitCode] = yield* Effect.all([
      Stream.mkString(Stream.decodeText(handle.all)),
      handle.exitCode
    ], { concurrency: 2 })
    if (exitCode !== 0) return yield* new GitMissing({ detail: `git ${args[0]}: ${output.trim()}` })
    return output
  })).pipe(
    Effect.catchTag("PlatformError", (error) =>
      Effect.fail(new GitMissing({ detail: `${error.message}. Is git installed?` })))
  )

/** Name of the remote, and the folder of files that it begins with. */
const demoRepositories = [
  { name: "hello-api", files: "target" },
  { name: "docs", files: "docs" }
] as const

/** Makes the remotes that are not there yet, each beside its place: what a start that is ended leaves is no remote. */
export const makeDemoRepositories = Effect.fn("DemoRepositories.make")(function*(examples: string, folder: string) {
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  yield* files.makeDirectory(folder, { recursive: true })
  yield* Effect.forEach(demoRepositories, ({ files: source, name }) =>
    Effect.gen(function*() {
      const bare = path.join(folder, `${name}.git`)
      if (yield* files.exists(bare)) return
      const making = yield* files.makeTempDirectoryScoped({ directory: folder, prefix: `.${name}-` })
      const [work, made] = [path.join(making, "work"), path.join(making, "made")]
      yield* files.copy(path.join(examples, source), work)
      yield* git(["-C", work, "init", "--quiet", "--initial-branch=main"])
      yield* git(["-C", work, "add", "--all", "--force"])
      yield* git(["-C", work, "commit", "--quiet", "--message=Begin"])
      yield* git(["clone", "--quiet", "--bare", "--no-local", work, made])
      yield* git(["-C", made, "remote", "remove", "origin"])
      // Another start may have been quicker.
      yield* files.rename(made, bare).pipe(
        Effect.catch((error) =>
          Effect.flatMap(files.exists(bare), (exists) => exists ? Effect.void : Effect.fail(error))
        )
      )
    }).pipe(Effect.scoped), { concurrency: 2, discard: true })
})
