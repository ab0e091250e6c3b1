/**
 * Pages of a list as JSON. The most recent ones are read from the cluster; with `resourceVersion=0` they are what this replica has heard, of which
 * only runs are asked for whose texts are not remembered. What the cache cannot answer is answered with what is most recent.
 */
import { present } from "@orchestrator/domain/Present"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect, Schema } from "effect"
import { Waiting as WaitingAnswer } from "../contract/RunAnswers.ts"
import type { Cached, CachedRun } from "../services/RunCache.ts"
import type { AnswerText } from "./AnswerTexts.ts"
import { type ClusterProblem, wholeProblem } from "./ClusterProblems.ts"
import { defaultLimit, type ListOptions, listRuns, type Page, tokensOf } from "./ListRuns.ts"
import type { RunAccess } from "./RunAccess.ts"

type TextOf = (run: CustomObject) => string
type Named = Pick<CustomObject, "metadata">

/** Runs of a cached page that are asked for one by one; where more are not remembered, a list has them. */
const mostReads = 16
const readsAtATime = 4

interface Listed {
  readonly run: Named
  readonly text: AnswerText
}

const encodeWaiting = Schema.encodeSync(Schema.fromJsonString(WaitingAnswer))

const opening = Buffer.from("{\"items\":[")
const comma = Buffer.from(",")

const pageBytes = (items: ReadonlyArray<Uint8Array>, about: Omit<Page, "items">): Uint8Array => {
  const { continue: token, resourceVersion } = about
  const rest = JSON.stringify({ ...present("continue", token), resourceVersion })
  return Buffer.concat([
    opening,
    ...items.flatMap((item, index) => index === 0 ? [item] : [comma, item]),
    Buffer.from(`],${rest.slice(1)}`)
  ])
}

/** What is said beside each text: whom its run waits for by now, where it waits. */
const waitingTexts = (
  { kind, lines }: RunAccess,
  pending: ReadonlyArray<Named>
): Effect.Effect<ReadonlyArray<string>> =>
  lines === undefined || pending.length === 0
    ? Effect.succeed(pending.map(() => ""))
    : Effect.map(
      lines.waitingOf(kind.kind, pending, { briefly: true }),
      (all) => all.map((waiting) => waiting === undefined ? "" : `,"waiting":${encodeWaiting(waiting)}}`)
    )

/** Only their names: a page that is remembered keeps them. */
const pendingOf = (listed: ReadonlyArray<Listed>): ReadonlyArray<Named> =>
  listed.filter(({ text }) => text.isPending).map(({ run: { metadata: { name, namespace } } }) => ({
    metadata: { ...present("name", name), ...present("namespace", namespace) }
  }))

/** `waiting`: of those that are pending. */
const textsWith = (listed: ReadonlyArray<Listed>, waiting: ReadonlyArray<string>): ReadonlyArray<Uint8Array> => {
  let index = 0
  return listed.map(({ text: { bytes, isPending } }) => {
    const said = isPending ? waiting[index++] ?? "" : ""
    return said === "" ? bytes : Buffer.concat([bytes.subarray(0, -1), Buffer.from(said)])
  })
}

const mostRecent = Effect.fnUntraced(function*(runs: RunAccess, options: ListOptions, textOf: TextOf) {
  const { items, ...about } = yield* listRuns(runs, options)
  const listed = items.map((run): Listed => ({ run, text: runs.texts.textOnce(run, textOf) }))
  return pageBytes(textsWith(listed, yield* waitingTexts(runs, pendingOf(listed))), about)
})

/** As it is now; undefined where it is gone. */
const readRun = (runs: RunAccess, { name, namespace }: CachedRun, textOf: TextOf) =>
  runs.client.get(runs.resource, { name, namespace }).pipe(
    Effect.map((run): Listed | undefined => ({ run, text: runs.texts.textOnce(run, textOf) })),
    Effect.catchIf(hasReason("NotFound"), () => Effect.succeed(undefined)),
    Effect.mapError(wholeProblem)
  )

const namedAs = ({ name, namespace }: CachedRun): Named => ({ metadata: { name, namespace } })

/** Undefined where too much of it is not remembered. */
const listedFrom = (
  runs: RunAccess,
  cached: ReadonlyArray<CachedRun>,
  textOf: TextOf
): Effect.Effect<ReadonlyArray<Listed> | undefined, ClusterProblem> => {
  const found = cached.map((run) => ({ run, text: runs.texts.known(run) }))
  if (found.filter(({ text }) => text === undefined).length > mostReads) return Effect.succeed(undefined)
  const listed = (run: CachedRun, text: AnswerText | undefined): Effect.Effect<Listed | undefined, ClusterProblem> =>
    text === undefined ? readRun(runs, run, textOf) : Effect.succeed({ run: namedAs(run), text })
  return Effect.map(
    Effect.forEach(found, ({ run, text }) => listed(run, text), { concurrency: readsAtATime }),
    (all) => all.filter((each) => each !== undefined)
  )
}

/** A page whose runs have not changed since, of whom nobody waits for others than then, is as it was. */
const fromCache = Effect.fnUntraced(function*(
  runs: RunAccess,
  cached: Cached,
  { continue: token, limit = defaultLimit, sort = "name" }: ListOptions,
  textOf: TextOf
) {
  const { pages } = runs.texts
  const key = `${runs.settings.namespace} ${runs.kind.plural} ${sort} ${limit} ${token ?? ""}`
  const before = pages.get(key)
  if (before?.version === cached.version) {
    const waiting = yield* waitingTexts(runs, before.pending)
    if (waiting.every((text, index) => text === before.waiting[index])) return before.bytes
  }
  const tokens = tokensOf(runs, { sort })
  const from = yield* tokens.read(token)
  // A part of the cluster's own list.
  if (from.cluster !== undefined) return undefined
  const page = cached.page(sort, from.after, limit)
  const listed = yield* listedFrom(runs, page.runs, textOf)
  if (listed === undefined) return undefined
  const last = page.hasMore ? page.runs.at(-1) : undefined
  const pending = pendingOf(listed)
  const waiting = yield* waitingTexts(runs, pending)
  const bytes = pageBytes(textsWith(listed, waiting), {
    resourceVersion: cached.resourceVersion,
    ...present("continue", last && tokens.write({ after: { name: last.name, createdAt: last.createdAt } }))
  })
  pages.set(key, { bytes, version: cached.version, pending, waiting })
  return bytes
})

/** Filters look at what is not kept of runs. */
const isWhole = ({ continue: _, limit: __, resourceVersion: ___, sort: ____, ...filters }: ListOptions): boolean =>
  Object.keys(filters).length === 0

/** JSON of the page that is asked for. */
export const listPage = Effect.fnUntraced(function*(runs: RunAccess, options: ListOptions, textOf: TextOf) {
  const asked = options.resourceVersion === "0" && isWhole(options) ? runs.cache : undefined
  const cached = asked && (yield* asked.runsIn(runs.kind.kind, runs.settings.namespace))
  const known = cached && (yield* fromCache(runs, cached, options, textOf))
  return known ?? (yield* mostRecent(runs, options, textOf))
})
