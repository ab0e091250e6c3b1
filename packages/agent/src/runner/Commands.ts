/** The commands that the agent's image must have. Asked for before anything else, since their own absence is said in many ways. */
import { Effect, FileSystem } from "effect"
import { Git } from "../git/Git.ts"
import { setupFailed } from "../pod/RunFailure.ts"

const usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

const isThere = Effect.fnUntraced(function*(command: string, folders: ReadonlyArray<string>) {
  const fs = yield* FileSystem.FileSystem
  for (const folder of folders) {
    const found = yield* fs.stat(`${folder}/${command}`).pipe(
      Effect.map(({ mode, type }) => type === "File" && (mode & 0o111) !== 0),
      Effect.orElseSucceed(() => false)
    )
    if (found) return true
  }
  return false
})

/** Fails with the names of those that are not on the path. */
export const checkCommands = Effect.fn("Commands.check")(function*(agent: string, path: string = usualPath) {
  const folders = path.split(":").filter((folder) => folder !== "")
  const missing: Array<string> = []
  for (const command of ["bash", "git", agent]) {
    if (!(yield* isThere(command, folders))) missing.push(command)
  }
  if (missing.length === 0) return
  return yield* setupFailed(
    `the agent's image (agent.image) has no ${missing.join(", no ")} on its PATH (${path})`
  )
})

/** By what `git version` says. */
export const isAtLeast = (version: string, wantedMajor: number, wantedMinor: number): boolean => {
  const [, major = "0", minor = "0"] = /(\d+)\.(\d+)/.exec(version) ?? []
  return Number(major) > wantedMajor || (Number(major) === wantedMajor && Number(minor) >= wantedMinor)
}

/** Whether git reads settings from its environment: our protection and the run's token are handed over so. */
export const readsEnvironment = (version: string): boolean => isAtLeast(version, 2, 31)

/** Fails where git is too old. */
export const checkGit = Effect.gen(function*() {
  const git = yield* Git
  const version = (yield* git.run(undefined, ["version"])).trim()
  if (readsEnvironment(version)) return
  return yield* setupFailed(`the agent's image (agent.image) has ${version}; git 2.31 or newer is needed`)
})
