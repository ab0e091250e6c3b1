/** Which Claude Code the image has. Asked before anything is spent: a version that lacks our options ends at once, each in words of its own. */
import { runnerNames } from "@orchestrator/domain/PodEnvironment"
import { Effect, FileSystem } from "effect"
import { ChildProcess, ChildProcessSpawner } from "effect/process"
import { outputOf } from "../../pod/ProcessOutput.ts"
import { setupFailed } from "../../pod/RunFailure.ts"

type Version = readonly [major: number, minor: number, patch: number]

/** The first that has every option of ours. */
const oldest: Version = [2, 0, 60]

/** The version that `claude --version` names; undefined for other words. */
export const parseVersion = (words: string): Version | undefined => {
  const [, major, minor, patch] = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?![\d.])/.exec(words.trim()) ?? []
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)]
}

const isOlder = (left: Version, right: Version): boolean => {
  const index = left.findIndex((part, at) => part !== right[at])
  return index >= 0 && Number(left[index]) < Number(right[index])
}

/** What is wrong with a version; undefined where it is new enough, or not known. */
export const versionProblem = (version: Version | undefined): string | undefined =>
  version !== undefined && isOlder(version, oldest)
    ? `the agent's image has Claude Code ${version.join(".")}; at least ${
      oldest.join(".")
    } is needed: set agent.image.tag`
    : undefined

/** Fails where the `claude` on this path is too old. One that does not say its version is tried as it is. */
export const checkVersion = Effect.fn("Version.check")(function*(path: string | undefined) {
  const fs = yield* FileSystem.FileSystem
  const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
  // Nobody's settings, and a folder where there is nothing to do. Old versions must write to their home.
  const home = yield* fs.makeTempDirectoryScoped({ prefix: "version-" }).pipe(
    Effect.orElseSucceed(() => "/nonexistent")
  )
  const command = ChildProcess.make("claude", ["--version"], {
    cwd: "/",
    env: {
      ...(path === undefined ? {} : { PATH: path }),
      HOME: home,
      [runnerNames.agentConfigDir]: home,
      DISABLE_AUTOUPDATER: "1"
    },
    stdin: "ignore",
    stderr: "ignore",
    killSignal: "SIGKILL"
  })
  const words = yield* Effect.scoped(Effect.flatMap(spawner.spawn(command), outputOf)).pipe(
    Effect.map(({ stdout }) => stdout),
    Effect.timeout("30 seconds"),
    Effect.orElseSucceed(() => "")
  )
  const version = parseVersion(words)
  const problem = versionProblem(version)
  if (problem !== undefined) return yield* setupFailed(problem)
  yield* version === undefined
    ? Effect.logWarning("the agent did not print its version")
    : Effect.log(`Claude Code ${version.join(".")}`)
}, Effect.scoped)
