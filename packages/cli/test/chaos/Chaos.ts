/**
 * Minutes of trouble on a real control plane: two replicas as they ship, nodes that come and go, people who change their minds, and a schedule
 * of faults from a seed. Then the faults stop, everything must come to rest within a bound, and what the API server was asked is judged.
 */
import { isTerminal } from "@orchestrator/domain/Phase"
import { seeded } from "@orchestrator/embedded/faults/Seeded"
import {
  CodeRunKind,
  ConfigMapKind,
  DocsRunKind,
  JobKind,
  type Kind,
  PersistentVolumeClaimKind,
  PodKind,
  SecretKind
} from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { CustomObject, KubernetesObject } from "@orchestrator/k8s/Objects"
import { Console, Effect, Fiber, Layer } from "effect"
import { copyFileSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { controlPlane } from "../cluster/ControlPlane.ts"
import { provisioner } from "../cluster/Provisioner.ts"
import { admin, attemptsOf, makeSite, patiently, phaseOf, reasonOf } from "../cluster/World.ts"
import { isAccepted, plantedSecret } from "./AuditEvent.ts"
import { allIsSettled, endsAsAsked, isRun, type Left } from "./Ends.ts"
import {
  attemptsAreCounted,
  oneActs,
  oneJobPerAttempt,
  oneOwnerPerWorkspace,
  ratesAreBounded,
  terminalStays,
  type Violation,
  writesAreBounded,
  writesAreOurs
} from "./Invariants.ts"
import { type Act, loadOf } from "./Load.ts"
import { makeNode } from "./Nodes.ts"
import { makePeople } from "./People.ts"
import { makePlace } from "./Replicas.ts"
import { formatOutcome, formatProgress } from "./Report.ts"
import { scheduleOf } from "./Schedule.ts"
import { makeStrikes } from "./Strikes.ts"
import { tailOf } from "./Tail.ts"

export interface ChaosOptions {
  readonly seed: number
  readonly minutes: number
  /** Runs a second. */
  readonly rate: number
  /** What was called, for whoever wants the same again. */
  readonly command: string
}

const config = {
  agent: { terminationGracePeriodSeconds: 5 },
  leaderElection: { enabled: true, leaseSeconds: 6, renewDeadlineSeconds: 4, retrySeconds: 1 },
  retry: { infrastructure: 2 },
  limits: { activeRuns: 12, activeRunsPerGithubUser: 6, activeRunsPerService: 2 }
}

/**
 * Everything must be at rest so long after the last fault, and two seconds for each run that has not ended by then. A leader that took over
 * waits for a minute where somebody before it may have begun something; a pod of a Node that is gone is given up after another.
 */
const settleSeconds = 180
const secondsForEach = 2
/** Nothing may be written for so long then. */
const quietSeconds = 8

const kinds: ReadonlyArray<Kind> = [
  CodeRunKind,
  DocsRunKind,
  JobKind,
  PodKind,
  ConfigMapKind,
  PersistentVolumeClaimKind
]

const leftOf = (kind: Kind, object: KubernetesObject & Partial<CustomObject>): Left => {
  const { finalizers = [], name = "", ownerReferences = [], uid = "" } = object.metadata
  const run: CustomObject = { spec: {}, ...object }
  return {
    kind: kind.kind,
    name,
    uid,
    finalizers,
    owners: ownerReferences.map((each) => each.uid),
    phase: phaseOf(run) === undefined ? undefined : String(phaseOf(run)),
    reason: reasonOf(run) === undefined ? undefined : String(reasonOf(run)),
    attempts: kind === CodeRunKind || kind === DocsRunKind ? attemptsOf(run.status).length : 0,
    versions: [Number(run.spec["contextVersion"] ?? 1), Number(run.status?.["contextVersion"] ?? 1)]
  }
}

const deedsOf = (acts: ReadonlyArray<Act>): ReadonlyMap<string, number> => {
  const deeds = new Map<string, number>()
  for (const act of acts) if ("name" in act) deeds.set(act.name, (deeds.get(act.name) ?? 0) + 1)
  return deeds
}

export const chaos = Effect.fnUntraced(
  function*({ command, minutes, rate, seed }: ChaosOptions) {
    const seconds = minutes * 60
    const client = yield* KubernetesClient
    const site = yield* makeSite("chaos", config, 2)
    const { namespace } = site
    yield* Effect.forEach(
      [["orchestrator-secrets", "ANTHROPIC_API_KEY"], ["github-token-ada", "token"]] as const,
      ([name, key]) =>
        client.create(SecretKind, { metadata: { name, namespace }, data: { [key]: btoa(plantedSecret) } })
    )
    const tail = tailOf(controlPlane().folder, namespace)
    const nodes = [yield* makeNode(0, namespace), yield* makeNode(1, namespace)] as const
    const places = [yield* makePlace(site, 0), yield* makePlace(site, 1)]
    const holder = () =>
      tail.events.findLast((event) => event.resource === "leases" && event.life !== undefined && isAccepted(event))
        ?.life
    const strikes = makeStrikes({
      places,
      nodes,
      leader: () => Number((holder() ?? "0").split(".")[0]),
      roll: seeded(`rolls ${seed}`)
    })
    yield* Effect.promise(() => Promise.all(places.map((place) => place.process().logged(/caches are synced/))))

    const acts = loadOf(seed, seconds, rate).map((act) => ({ ...act, at: Math.min(act.at, seconds) }))
    const people = yield* makePeople(site, acts)
    const started = performance.now()
    const elapsed = () => (performance.now() - started) / 1000
    const at = (due: number, what: Effect.Effect<void>) =>
      Effect.delay(what, `${Math.max(0, due - elapsed()) * 1000} millis`)
    const told = Effect.suspend(() => {
      tail.read()
      return Console.log(formatProgress(elapsed(), tail.events, strikes.windows, holder() ?? "nobody"))
    })
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(
      Effect.sleep("1 second"),
      Effect.sync(() => {
        tail.read()
        strikes.revive()
      })
    )))
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep("10 seconds"), told)))
    const faults = yield* Effect.forkScoped(Effect.forEach(
      scheduleOf(seed, seconds),
      (fault) => at(fault.at, strikes.strike(fault)),
      { concurrency: "unbounded", discard: true }
    ))
    // What is done to one run is done in its order.
    const byRun = [...Map.groupBy(acts, (act) => "name" in act ? act.name : act.service).values()]
    const load = yield* Effect.forkScoped(Effect.forEach(
      byRun,
      (own) => Effect.forEach(own, (act) => at(act.at, people(act)), { discard: true }),
      { concurrency: "unbounded", discard: true }
    ))
    yield* Fiber.join(faults)
    strikes.revive()
    yield* Fiber.join(load)
    const calm = elapsed()

    const list = Effect.map(
      Effect.forEach(
        kinds,
        (kind) =>
          Effect.map(
            patiently(client.list(kind, { namespace })),
            ({ items }) => items.map((object) => leftOf(kind, object))
          )
      ),
      (all) => all.flat()
    )
    let left = yield* list
    const open = left.filter((each) => isRun(each) && !isTerminal(each.phase))
    const bound = settleSeconds + secondsForEach * open.length
    while (allIsSettled(left).length > 0 && elapsed() - calm < bound) {
      yield* Effect.sleep("1 second")
      left = yield* list
    }
    const settled = elapsed() - calm
    const quiet = Date.now()
    yield* Effect.sleep(`${quietSeconds} seconds`)
    tail.read()
    yield* told

    const { windows } = strikes
    const { events } = tail
    const crashes = windows.filter(({ kind }) => kind.startsWith("api-server"))
    const unrest = settled >= bound
      ? []
      : events.filter((event) =>
        event.life !== undefined && event.resource !== "leases" && event.received > quiet && isAccepted(event)
      )
    const violations: ReadonlyArray<Violation> = [
      ...oneJobPerAttempt(events),
      ...attemptsAreCounted(events),
      ...terminalStays(events),
      ...oneActs(events, crashes),
      ...oneOwnerPerWorkspace(events, crashes),
      ...writesAreOurs(events),
      ...ratesAreBounded(events),
      ...writesAreBounded(events, windows, deedsOf(acts)),
      ...allIsSettled(left),
      ...endsAsAsked(left, acts, events, windows),
      ...strikes.exits.map((what) => ({ invariant: "I4" as const, what, proof: [] })),
      ...(unrest.length === 0 ? [] : [{ invariant: "I5" as const, what: "written after all had ended", proof: unrest }])
    ]
    yield* Console.log(
      formatOutcome({ command, windows, left, events, violations, settledSeconds: settled })
    )
    if (violations.length > 0) {
      const folder = mkdtempSync(join(tmpdir(), `orchestrator-chaos-${seed}-`))
      const plane = controlPlane().folder
      for (const log of readdirSync(plane).filter((name) => name.endsWith(".log"))) {
        copyFileSync(join(plane, log), join(folder, log))
      }
      writeFileSync(join(folder, "replicas.log"), places.map((place) => place.log()).join("\n"))
      yield* Console.log(`audit log, and the words of the replicas and the control plane: ${folder}`)
    }
    return violations.length
  },
  Effect.scoped,
  Effect.provide(Layer.provideMerge(provisioner, admin))
)
