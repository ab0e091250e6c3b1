/**
 * Which objects a client may have: those that the repository's branches lead to. Git itself serves whatever is asked for by its name in
 * version 2 of its protocol, and a repository whose files stayed upstream would even get it from there: a commit that was taken back, a
 * file of a private fork.
 */
import { Effect, FileSystem, Semaphore, Stream } from "effect"
import type { BrokerGit } from "./BrokerGit.ts"

type Environment = Readonly<Record<string, string>>

/** Without the mark that git sets before what is not here. */
const idOf = (line: string): string => line.startsWith("?") ? line.slice(1) : line

/** Of one repository. The list of its objects is made when something other than a branch's head is asked for, and kept in this file. */
export const makeReachable = Effect.fnUntraced(function*(git: BrokerGit["Service"], file: string) {
  const fs = yield* FileSystem.FileSystem
  const turn = yield* Semaphore.make(1)
  let listed: string | undefined

  const list = (environment: Environment) =>
    git.stream({ args: ["rev-list", "--objects", "--all", "--no-object-names", "--missing=print"], environment }).pipe(
      Stream.run(fs.sink(file))
    )

  /** Of these, what no branch leads to. */
  return Effect.fn("Reachable.strangers")(
    function*(ids: ReadonlyArray<string>, environment: Environment) {
      const { stdout: heads } = yield* git.ask({ args: ["for-each-ref", "--format=%(objectname)"], environment })
      const tips = new Set(heads.split("\n"))
      const left = new Set(ids.filter((id) => !tips.has(id)))
      if (left.size === 0) return []
      if (listed !== heads) yield* list(environment)
      listed = heads
      yield* fs.stream(file).pipe(
        Stream.decodeText,
        Stream.splitLines,
        Stream.takeWhile((line) => {
          left.delete(idOf(line))
          return left.size > 0
        }),
        Stream.runDrain
      )
      return [...left]
    },
    turn.withPermit,
    Effect.orDie
  )
})
