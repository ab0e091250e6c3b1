/**
 * Minutes of trouble on a real control plane: two replicas as they ship, nodes that come and go, people who change their minds, and a schedule
 * of faults from a seed. Then the faults stop, everything must come to rest within a bound, and what the API server was asked is judged.
 */
import { seeded } from "@orchestrator/embedded/faults/Seeded"
import { SecretKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Console, Effect, Fiber, Layer } from "effect"
import { controlPlane } from "../cluster/ControlPlane.ts"
import { provisioner } from "../cluster/Provisioner.ts"
import { admin, makeSite } from "../cluster/World.ts"
import { plantedSecret } from "./AuditEvent.ts"
import { beginCourse, every, leadershipIn } from "./Course.ts"
import { judge, keepLogs } from "./Judgement.ts"
import { loadOf } from "./Load.ts"
import { makeNode } from "./Nodes.ts"
import { makePeople } from "./People.ts"
import { makePlace } from "./Replicas.ts"
import { formatOutcome, formatProgress } from "./Report.ts"
import { comeToRest } from "./Rest.ts"
import { scheduleOf } from "./Schedule.ts"
import { makeStrikes } from "./Strikes.ts"
import { tailOf } from "./Tail.ts"
import type { TrialOptions } from "./Trial.ts"

const config = {
  agent: { terminationGracePeriodSeconds: 5 },
  leaderElection: { enabled: true, leaseSeconds: 6, renewDeadlineSeconds: 4, retrySeconds: 1 },
  retry: { infrastructure: 2 },
  limits: { activeRuns: 12, activeRunsPerGithubUser: 6, activeRunsPerService: 2 }
}

export const chaos = Effect.fnUntraced(
  function*({ command, minutes, rate, seed }: TrialOptions) {
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
    const { holder, leader } = leadershipIn(tail)
    const strikes = makeStrikes({
      places,
      nodes,
      leader,
      roll: seeded(`rolls ${seed}`)
    })
    yield* Effect.promise(() => Promise.all(places.map((place) => place.process().logged(/caches are synced/))))

    const acts = loadOf(seed, seconds, rate).map((act) => ({ ...act, at: Math.min(act.at, seconds) }))
    const people = yield* makePeople(site, acts)
    const { at, elapsed, play } = beginCourse()
    const told = Effect.suspend(() => {
      tail.read()
      return Console.log(formatProgress(elapsed(), tail.events, strikes.windows, holder() ?? "nobody"))
    })
    yield* every(
      1,
      Effect.sync(() => {
        tail.read()
        strikes.revive()
      })
    )
    yield* every(10, told)
    const faults = yield* Effect.forkScoped(Effect.forEach(
      scheduleOf(seed, seconds),
      (fault) => at(fault.at, strikes.strike(fault)),
      { concurrency: "unbounded", discard: true }
    ))
    const load = yield* Effect.forkScoped(play(acts, people))
    yield* Fiber.join(faults)
    strikes.revive()
    yield* Fiber.join(load)
    const calm = elapsed()

    const rest = yield* comeToRest([namespace], calm, elapsed)
    tail.read()
    yield* told

    const { windows } = strikes
    const { events } = tail
    const violations = judge({ acts, events, exits: strikes.exits, rest, windows })
    yield* Console.log(
      formatOutcome({ command, windows, left: rest.left, events, violations, settledSeconds: rest.seconds })
    )
    if (violations.length > 0) yield* keepLogs(`chaos-${seed}`, places)
    return violations.length
  },
  Effect.scoped,
  Effect.provide(Layer.provideMerge(provisioner, admin))
)
