/** Which version of an agent the image has. Asked before anything is spent: one that lacks our options ends at once, each in words of its own. */
import { Effect, FileSystem } from "effect"
import { ChildProcess, ChildProcessSpawner } from "effect/process"
import type { Environment } from "../pod/Environment.ts"
import { outputOf } from "../pod/ProcessOutput.ts"
import { setupFailed } from "../pod/RunFailure.ts"

export type Version = readonly [major: number, minor: number, patch: number]

export interface Versioned {
  /** As people know it. */
  readonly name: string
  readonly executable: string
  /** The first that has every option of ours. */
  readonly oldest: Version
  /** Where the configuration names the image's version. */
  readonly key: string
  /** What its words begin with. */
  readonly prefix?: string
  /** That nobody's settings are read. */
  readonly environment: (home: string) => Environment
  /** Of that home, by name. */
  readonly files?: Readonly<Record<string, string>>
  /** What is wrong where it does not say its version in these words; without it that one is tried as it is. */
  readonly unsaid?: string
}

/** The version that `--version` names; undefined for other words. */
export const parseVersion = (words: string, prefix = ""): Version | undefined => {
  const said = words.trim()
  const [, major, minor, patch] = said.startsWith(prefix)
    ? /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?![\d.])/.exec(said.slice(prefix.length)) ?? []
    : []
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)]
}

const isOlder = (left: Version, right: Version): boolean => {
  const index = left.findIndex((part, at) => part !== right[at])
  return index >= 0 && Number(left[index]) < Number(right[index])
}

/** What is wrong with a version; undefined where it is new enough, or not known. */
export const versionProblem = (
  { key, name, oldest, unsaid }: Pick<Versioned, "key" | "name" | "oldest" | "unsaid">,
  version: Version | undefined
): string | undefined => {
  if (version === undefined) return unsaid
  return isOlder(version, oldest)
    ? `the agent's image has ${name} ${version.join(".")}; at least ${oldest.join(".")} is needed: set ${key}`
    : undefined
}

/** Fails where the one on this path is too old. */
export const checkVersion = (agent: Versioned) =>
  Effect.fn("Version.check")(function*(path: string | undefined) {
    const fs = yield* FileSystem.FileSystem
    const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
    // Nobody's settings, and a folder where there is nothing to do. Some versions must write to their home.
    const home = yield* fs.makeTempDirectoryScoped({ prefix: "version-" }).pipe(
      Effect.orElseSucceed(() => "/nonexistent")
    )
    for (const [name, text] of Object.entries(agent.files ?? {})) {
      yield* Effect.ignore(fs.writeFileString(`${home}/${name}`, text))
    }
    const command = ChildProcess.make(agent.executable, ["--version"], {
      cwd: "/",
      env: { ...(path === undefined ? {} : { PATH: path }), HOME: home, ...agent.environment(home) },
      stdin: "ignore",
      stderr: "ignore",
      killSignal: "SIGKILL"
    })
    const words = yield* Effect.scoped(Effect.flatMap(spawner.spawn(command), outputOf)).pipe(
      Effect.map(({ stdout }) => stdout),
      Effect.timeout("30 seconds"),
      Effect.orElseSucceed(() => "")
    )
    const version = parseVersion(words, agent.prefix)
    const problem = versionProblem(agent, version)
    if (problem !== undefined) return yield* setupFailed(problem)
    yield* version === undefined
      ? Effect.logWarning("the agent did not print its version")
      : Effect.log(`${agent.name} ${version.join(".")}`)
  }, Effect.scoped)
