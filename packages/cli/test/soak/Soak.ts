/**
 * A day's load in an hour on a real control plane: three replicas as they ship look after twenty namespaces, while people and programs make runs
 * in waves, change their minds, and webhooks come in storms; replicas are killed, and the API server goes. One replica lives for the whole time: its
 * memory and descriptors must not grow. At the end everything must come to rest, and what the API server was asked is judged.
 */
import { seeded } from "@orchestrator/embedded/faults/Seeded"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { Console, Effect, Fiber, Layer } from "effect"
import { join } from "node:path"
import { beginCourse, every, leadershipIn } from "../chaos/Course.ts"
import type { Violation } from "../chaos/Invariants.ts"
import { judge, keepLogs } from "../chaos/Judgement.ts"
import type { Act } from "../chaos/Load.ts"
import { makeNode } from "../chaos/Nodes.ts"
import { makePeople, type Submit } from "../chaos/People.ts"
import { makePlace } from "../chaos/Replicas.ts"
import { formatOutcome, formatProgress } from "../chaos/Report.ts"
import { comeToRest } from "../chaos/Rest.ts"
import { makeStrikes } from "../chaos/Strikes.ts"
import { tailOf } from "../chaos/Tail.ts"
import type { TrialOptions } from "../chaos/Trial.ts"
import { controlPlane } from "../cluster/ControlPlane.ts"
import { provisioner } from "../cluster/Provisioner.ts"
import { admin } from "../cluster/World.ts"
import { createByKubectl } from "./ByKubectl.ts"
import { makeCallers } from "./Callers.ts"
import { formatFigures, growthOf } from "./Figures.ts"
import { placeOf, places as namespaces, planOf } from "./Plan.ts"
import { reactionsOf } from "./Reactions.ts"
import type { Sample } from "./Slope.ts"
import { makeStorms, stormConfig } from "./Storms.ts"
import { makeTidy } from "./Tidy.ts"
import { openFiles, residentMegabytes } from "./Usage.ts"
import { makeWorld } from "./World.ts"

/** Killed are the first two; the last one lives as long as the soak. */
const replicas = 3
const longLived = replicas - 1
const awaySeconds = 5
/** So that it loses the Lease for sure, which is one of fifteen seconds. */
const freezeSeconds = 18
const sampleSeconds = 5

/** As the image starts it (tools/image/orchestrator) in a container of the chart's size. */
const env = {
  NODE_OPTIONS: "--expose-gc --max-semi-space-size=2 --max-old-space-size=384",
  MALLOC_ARENA_MAX: "1",
  MALLOC_TRIM_THRESHOLD_: "262144",
  MALLOC_MMAP_THRESHOLD_: "8192"
}

const numberOf = (name = "") => Number(name.split("-")[1])

export const soak = Effect.fnUntraced(
  function*({ command, minutes, rate, seed }: TrialOptions) {
    const plan = planOf(seed, minutes, rate)
    const seconds = minutes * 60
    const { home, sites, token } = yield* makeWorld(
      namespaces.length,
      replicas,
      stormConfig(join(controlPlane().folder, "events"))
    )
    const tail = tailOf(controlPlane().folder, ...sites.map(({ namespace }) => namespace))
    const nodes = [yield* makeNode(0, home.namespace), yield* makeNode(1, home.namespace)] as const
    const places = yield* Effect.forEach(
      Array.from({ length: replicas }, (_, index) => index),
      (index) => makePlace(home, index, env)
    )
    const { holder, leader } = leadershipIn(tail)
    const strikes = makeStrikes({ places, nodes, leader, roll: seeded(`rolls ${seed}`) })
    yield* Effect.promise(() => Promise.all(places.map((place) => place.process().logged(/caches are synced/))))

    const callers = makeCallers(places, token)
    const storms = makeStorms(callers)
    const { tidied } = yield* makeTidy(plan.keptSeconds)
    /** Of four CodeRuns one is made by kubectl, as every DocsRun is; the others by HTTP. */
    const submit: Submit = (kind, run) =>
      kind === CodeRunKind && numberOf(run.metadata.name) % 4 !== 0
        ? Effect.asVoid(callers.submit(run))
        : Effect.catch(createByKubectl(kind, run), ({ message }) => Effect.logWarning(`kubectl: ${message}`))
    const byPlace = yield* Effect.forEach(sites, (site) => makePeople(site, plan.acts, submit))
    const serviceOf = new Map(plan.acts.flatMap((act) => act.act === "create" ? [[act.name, act] as const] : []))
    const perform = (act: Act): Effect.Effect<void> => {
      const run = "name" in act ? serviceOf.get(act.name) : undefined
      const place = placeOf(run?.service ?? ("service" in act ? act.service : "svc-0"))
      const namespace = sites[place]?.namespace ?? home.namespace
      const isByHttp = run?.run === "CodeRun" && numberOf(run.name) % 2 === 0
      if (isByHttp && act.act === "cancel") return Effect.asVoid(callers.cancel(namespace, act.name))
      if (isByHttp && act.act === "raise") return Effect.asVoid(callers.retry(namespace, act.name))
      return byPlace[place]?.(act) ?? Effect.void
    }

    const { at, elapsed, play, started } = beginCourse()
    const told = Effect.suspend(() => {
      tail.read()
      const memory = places.map((place) => residentMegabytes(place.process().process.pid ?? 0)?.toFixed(0) ?? "-")
      return Console.log(
        `${formatProgress(elapsed(), tail.events, strikes.windows, holder() ?? "nobody")}, ${memory.join(" ")} MB`
      )
    })
    const memory: Array<Sample> = []
    const files: Array<Sample> = []
    const sample = Effect.sync(() => {
      const pid = places[longLived]?.process().process.pid ?? 0
      const [resident, open] = [residentMegabytes(pid), openFiles(pid)]
      if (resident !== undefined) memory.push({ seconds: elapsed(), value: resident })
      if (open !== undefined) files.push({ seconds: elapsed(), value: open })
    })
    yield* every(
      1,
      Effect.sync(() => {
        tail.read()
        strikes.revive()
      })
    )
    yield* every(10, told)
    const sampling = yield* every(sampleSeconds, sample)

    const kill = ({ target }: (typeof plan.kills)[number]) =>
      Effect.gen(function*() {
        if (target === "leader" && leader() === longLived) {
          yield* strikes.strike({ at: 0, kind: "freeze", target: longLived, seconds: freezeSeconds })
        }
        const leads = leader()
        const victim = target === "leader" && leads !== longLived ? leads : leads === 0 ? 1 : 0
        yield* strikes.strike({ at: 0, kind: "kill", target: victim, seconds: 2 })
      })
    const troubles = yield* Effect.forkScoped(Effect.all([
      ...plan.kills.map((each) => at(each.at, kill(each))),
      ...plan.outages.map(({ at: due, kind }) => at(due, strikes.strike({ at: due, kind, seconds: awaySeconds }))),
      ...plan.storms.map((due, number) => at(due, storms.storm(number)))
    ], { concurrency: "unbounded", discard: true }))
    const load = yield* Effect.forkScoped(play(plan.acts, perform))
    yield* Fiber.join(troubles)
    strikes.revive()
    yield* Fiber.join(load)
    const calm = elapsed()
    yield* Fiber.interrupt(sampling)

    const rest = yield* comeToRest(sites.map(({ namespace }) => namespace), calm, elapsed)
    tail.read()
    yield* told

    const { windows } = strikes
    const { events } = tail
    const acts = [...plan.acts, ...[...storms.runs.values()].map((run) => ({ ...run, at: 0 }))]
    const growth = growthOf({ memory, files }, Math.min(plan.warmSeconds, seconds / 2))
    const violations: ReadonlyArray<Violation> = [
      ...judge({ acts, events, exits: strikes.exits, rest, tidied, windows }),
      ...[...callers.odd, ...storms.problems].map((what) => ({ invariant: "I4" as const, what, proof: [] }))
    ]
    yield* Console.log([
      formatOutcome({
        command,
        windows,
        left: [...tidied, ...rest.left],
        events,
        violations,
        settledSeconds: rest.seconds
      }),
      formatFigures({
        answers: callers.counts,
        growth,
        partSeconds: plan.partSeconds,
        reactions: reactionsOf(events, windows),
        started,
        stormRuns: storms.runs.size
      })
    ].join("\n"))
    const grown = growth.filter(({ verdict }) => verdict === "it grows").length
    if (violations.length + grown > 0) yield* keepLogs(`soak-${seed}`, places)
    return violations.length + grown
  },
  Effect.scoped,
  Effect.provide(Layer.provideMerge(provisioner, admin))
)
