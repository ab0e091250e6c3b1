/** A repository that was renamed is followed at the same API, and nowhere else. */
import { Effect, Schema } from "effect"
import type { Connection, Repository, RepositoryName } from "../ForgeAdapter.ts"
import { ForgeError } from "../ForgeError.ts"
import type { RestClient } from "./RestClient.ts"

/** A repository, by the name that it has now. */
export const RenamedRepository = Schema.Struct({
  full_name: Schema.String.check(Schema.isPattern(/^[\w.-]{1,100}\/[\w.-]{1,100}$/))
})

/** How often a repository may have been renamed on the way. */
const mostMoves = 3

const isMoved = ({ reason }: ForgeError): boolean => reason._tag === "Moved"
const pathOf = ({ reason }: ForgeError): string => (reason._tag === "Moved" ? reason.path : "")

const warnOf = ({ name, owner }: RepositoryName, now: RepositoryName) =>
  Effect.logWarning(
    `${owner}/${name} is now ${now.owner}/${now.name}: update repositoryUrl before someone takes the old name`
  )

/** Works on the repository by the name that it has now. */
export const followingRenames = (
  call: RestClient,
  given: RepositoryName,
  repositoryAt: (call: RestClient, name: RepositoryName) => Repository
): Connection => {
  let now = given
  const nameAt = (path: string, moves: number): Effect.Effect<RepositoryName, ForgeError> => {
    const [repository] = /^\/(?:repositories\/(?:\d+|[\w.-]+\/[\w.-]+)|repos\/[\w.-]+\/[\w.-]+)(?![^/?])/.exec(path) ??
      []
    if (repository === undefined || moves > mostMoves) {
      return Effect.fail(
        new ForgeError({ operation: "follow", ref: `${given.owner}/${given.name}`, reason: { _tag: "Moved", path } })
      )
    }
    return call({ operation: "look at", method: "GET", path: repository, answer: RenamedRepository }).pipe(
      Effect.map((answer): RepositoryName => {
        const [owner = "", name = ""] = answer.full_name.split("/")
        return { owner, name }
      }),
      Effect.catchIf(isMoved, (error) => nameAt(pathOf(error), moves + 1))
    )
  }
  const go = <A>(
    work: (repository: Repository) => Effect.Effect<A, ForgeError>,
    moves: number
  ): Effect.Effect<A, ForgeError> =>
    Effect.suspend(() => work(repositoryAt(call, now))).pipe(
      Effect.catchIf((error) => isMoved(error) && moves < mostMoves, (error) =>
        nameAt(pathOf(error), moves + 1).pipe(
          Effect.tap((next) => warnOf(now, next)),
          Effect.flatMap((next) => {
            now = next
            return go(work, moves + 1)
          })
        ))
    )
  return (work) => go(work, 0)
}

/** What is at a path of the API, or one step further where it has moved to such a `place` there. */
export const lookFollowing = <A>(given: RepositoryName, path: string, { look, nameOf, place }: {
  readonly look: (path: string) => Effect.Effect<A, ForgeError>
  readonly nameOf: (found: A) => RepositoryName
  readonly place: RegExp
}): Effect.Effect<A, ForgeError> =>
  Effect.catchIf(look(path), isMoved, (error) => {
    const to = place.exec(pathOf(error))?.[0]
    return to === undefined ? Effect.fail(error) : Effect.tap(look(to), (found) => warnOf(given, nameOf(found)))
  })

/** Works on a repository that is looked up when there is something to do, and not again once it is found. */
export const lookedUp = (lookUp: Effect.Effect<Repository, ForgeError>): Connection => {
  let known: Repository | undefined
  const repository = Effect.suspend(() =>
    known !== undefined ? Effect.succeed(known) : Effect.map(lookUp, (found) => known = found)
  )
  return (work) => Effect.flatMap(repository, work)
}
