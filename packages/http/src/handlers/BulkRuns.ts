/** One request about many runs: a page of a list, and for each of its runs what a request for it alone would do. */
import type { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect, Struct } from "effect"
import { permissionsOf } from "../access/Permissions.ts"
import { needsOf, Requester } from "../contract/Access.ts"
import type { Refusal } from "../contract/BulkRequests.ts"
import { noteChange, noteDryRun } from "../services/Audit.ts"
import { type ListOptions, listRuns } from "./ListRuns.ts"
import type { RunAccess } from "./RunAccess.ts"

export interface BulkRequest {
  readonly selector: Omit<ListOptions, "limit" | "continue" | "sort" | "user">
  readonly names?: ReadonlyArray<string>
  readonly dryRun?: boolean
  readonly limit?: number
  readonly continue?: string
}

/** Runs that are worked on at a time. */
const atATime = 4

/** Everything is checked, by the cluster too, and nothing is stored. */
const trying = (client: RunAccess["client"]): KubernetesClient["Service"] => ({
  ...client,
  create: (kind, object, options) => client.create(kind, object, { ...options, dryRun: true }),
  patch: (kind, ref, patch, options) => client.patch(kind, ref, patch, { ...options, dryRun: true })
})

const refusalOf = (problem: Refusal): Refusal => Struct.pick(problem, ["type", "status", "title", "detail", "hint"])

const selectedPage = Effect.fnUntraced(
  function*(runs: RunAccess, { continue: token, limit, selector }: Omit<BulkRequest, "names">) {
    const page = yield* listRuns(runs, {
      ...selector,
      ...(limit === undefined ? {} : { limit }),
      ...(token === undefined ? {} : { continue: token })
    })
    return {
      names: page.items.map(({ metadata: { name = "" } }) => name),
      ...(page.continue === undefined ? {} : { continue: page.continue })
    }
  }
)

/** `act` answers with the run that it comes to. */
export const forMany = Effect.fn("http.forMany")(function*<E extends Refusal, R>(
  runs: RunAccess,
  { dryRun = false, names, ...selected }: BulkRequest,
  act: (runs: RunAccess, name: string) => Effect.Effect<CustomObject, E, R>
) {
  if (dryRun) yield* noteDryRun
  const { require } = yield* Requester
  const page = names === undefined ? yield* selectedPage(runs, selected) : { names: [...new Set(names)] }
  const acted = dryRun ? { ...runs, client: trying(runs.client) } : runs
  const one = Effect.fnUntraced(function*(name: string) {
    const [result, status] = yield* require(permissionsOf([needsOf(runs.kind.plural).change], { name })).pipe(
      Effect.andThen(act(acted, name)),
      Effect.match({
        onFailure: (problem: Refusal) =>
          [{ name, result: "refused" as const, problem: refusalOf(problem) }, problem.status] as const,
        onSuccess: ({ metadata }) =>
          [{
            name,
            result: "done" as const,
            ...(metadata.name === undefined || metadata.name === name ? {} : { successor: metadata.name })
          }, 200] as const
      })
    )
    if (!dryRun) yield* noteChange({ name, status })
    return result
  })
  const items = yield* Effect.forEach(page.names, one, { concurrency: atATime })
  return { dryRun, items, ...Struct.omit(page, ["names"]) }
})
