/**
 * Brings the files that a client is about to get, all at once. Git would do so itself, but only after it has decided to compress each of
 * them anew: that takes many times as long.
 */
import { Effect, Stream } from "effect"
import { lastWords } from "../../git/Git.ts"
import type { Role } from "../../pod/Role.ts"
import type { BrokerGit } from "./BrokerGit.ts"
import type { FetchCommand } from "./FetchCommand.ts"

type Environment = Readonly<Record<string, string>>

const lines = (texts: ReadonlyArray<string>) => Stream.succeed(new TextEncoder().encode(`${texts.join("\n")}\n`))

/** Objects that are asked for by themselves and are not here, and those that are. */
const looked = (listing: string) => {
  const all = listing.split("\n").map((line) => line.split(" "))
  const missing = all.flatMap(([id = "", kind]) => kind === "missing" ? [id] : [])
  const commits = all.flatMap(([id = "", kind]) => kind === "commit" ? [id] : [])
  return { missing, commits }
}

export const makePrefetch = (git: BrokerGit["Service"]) => {
  const check = Effect.fnUntraced(function*(ids: ReadonlyArray<string>, environment: Environment) {
    if (ids.length === 0) return looked("")
    const { stdout } = yield* git.ask({
      args: ["cat-file", "--batch-check=%(objectname) %(objecttype)"],
      environment: { ...environment, GIT_NO_LAZY_FETCH: "1" },
      input: lines(ids)
    })
    return looked(stdout)
  })

  /** Files of this history that are not here. */
  const missingOf = Effect.fnUntraced(
    function*(commits: ReadonlyArray<string>, known: ReadonlyArray<string>, environment: Environment) {
      const { stdout } = yield* git.ask({
        args: ["rev-list", "--objects", "--missing=print", "--stdin"],
        environment,
        input: lines([...commits, ...known.map((commit) => `^${commit}`)])
      })
      return stdout.split("\n").flatMap((line) => line.startsWith("?") ? [line.slice(1)] : [])
    }
  )

  return Effect.fn("Prefetch.bring")(function*(role: Role, command: FetchCommand, environment: Environment) {
    if (!command.final) return
    const { commits, missing } = yield* check(command.wants, environment)
    const whole = !command.filtered && (role !== "target" || !command.shallow) && commits.length > 0
    const known = whole ? (yield* check(command.haves, environment)).commits : []
    const files = whole ? yield* missingOf(commits, known, environment) : []
    const all = [...new Set([...missing, ...files])]
    if (all.length === 0) return
    const { exitCode, stderr } = yield* git.ask({
      args: [
        ...["-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags", "--no-write-fetch-head"],
        ...["--no-recurse-submodules", "--filter=blob:none", "--stdin", "upstream"]
      ],
      environment,
      input: lines(all)
    })
    if (exitCode !== 0) {
      yield* Effect.logWarning(
        `files could not be brought from upstream at once: ${lastWords(stderr) || `exit code ${exitCode}`}`
      )
    }
  })
}
