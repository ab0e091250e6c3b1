/**
 * The pod's environment as one record, read through Effect's ConfigProvider so that tests hand over any other. Empty values count as
 * absent.
 */
import { ConfigProvider, Effect } from "effect"

export type Environment = Readonly<Record<string, string>>

/** `A_4294967290=x` reads as a list of that length; nobody means one. */
const longestList = 10_000

/** Every variable that the current ConfigProvider knows. */
export const readEnvironment: Effect.Effect<Environment> = Effect.gen(function*() {
  const provider = yield* ConfigProvider.ConfigProvider
  const found: Record<string, string> = {}

  const visit = (path: ReadonlyArray<string>): Effect.Effect<void, ConfigProvider.SourceError> =>
    Effect.gen(function*() {
      const node = yield* provider.load(path)
      if (node === undefined) return
      if (node.value !== undefined) found[path.join("_")] = node.value
      const children = node._tag === "Record"
        ? [...node.keys]
        : node._tag === "Array" && node.length <= longestList
        ? Array.from({ length: node.length }, (_, index) => String(index))
        : []
      for (const child of children) yield* visit([...path, child])
    })

  yield* Effect.orDie(visit([]))
  return found
})

const ofTheRunner = /^ORCHESTRATOR_|^GIT_(?!ALLOW_PROTOCOL$|SSL_|CURL_)/

/** What the agent may inherit: the pod's variables without the runner's own and without traces of a surrounding agent session. */
export const inheritable = (environment: Environment, ofOtherSessions: ReadonlySet<string>): Environment =>
  Object.fromEntries(
    Object.entries(environment).filter(([name]) => !ofOtherSessions.has(name) && !ofTheRunner.test(name))
  )
