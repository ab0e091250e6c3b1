/**
 * What an agent's CLI takes for instructions of the repository, in its folder and those above. Only what is tracked is the repository's:
 * a file that its rules ignore (an agent's folder often is) may be of any earlier run, and would instruct this one.
 */
import { Effect, FileSystem } from "effect"
import { allTraces } from "../../agents/Agents.ts"
import { Git } from "../../git/Git.ts"
import { discard } from "../../pod/Plain.ts"
import type { Repository } from "./Clone.ts"

const names = allTraces.flatMap(({ instructions }) => instructions)

/** Their paths from a folder, given relative to the repository, up to the repository's own. */
const instructionPaths = (folder: string): ReadonlyArray<string> => {
  const parts = folder.split("/").filter((part) => part !== "")
  return Array.from(
    { length: parts.length + 1 },
    (_, depth) => parts.slice(0, depth).map((part) => `${part}/`).join("")
  )
    .flatMap((above) => names.map((name) => `${above}${name}`))
}

/** Removes those that are not tracked, ignored or not. */
export const removeForeignInstructions = Effect.fn("Instructions.remove")(function*(
  repository: Repository,
  workingDirectory: string
) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const root = yield* fs.realPath(repository.workTree)
  const folder = (yield* fs.realPath(workingDirectory)).slice(root.length)
  const listing = yield* git.run(repository, ["ls-files", "--others", "-z", "--", ...instructionPaths(folder)], {
    environment: { GIT_LITERAL_PATHSPECS: "1" }
  })
  const found = listing.split("\0").filter((path) => path !== "")
  for (const path of found) yield* discard(`${repository.workTree}/${path.replace(/\/$/, "")}`)
  if (found.length > 0) yield* Effect.log(`removed, as no part of the repository: ${found.slice(0, 10).join(", ")}`)
})
