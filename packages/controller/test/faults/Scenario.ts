/** What a scenario is: what people and nodes do, and when. What goes wrong beside it is the case's. */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import { runLabel } from "@orchestrator/domain/Labels"
import type { Shard } from "@orchestrator/domain/Shards"
import type { Simulation } from "@orchestrator/embedded/faults/Simulation"
import type { Script } from "@orchestrator/embedded/node/ScriptedRuntime"
import { viewAs } from "@orchestrator/embedded/objects/StoredObject"
import { CodeRunKind, DocsRunKind, JobKind, type Kind, PodKind, runResources } from "@orchestrator/k8s/Kinds"
import type { DeleteOptions } from "@orchestrator/k8s/KubernetesClient"
import type { CustomObject, Job, KubernetesObject, Pod } from "@orchestrator/k8s/Objects"
import { type Effect, Exit } from "effect"
import { namespace } from "../program/World.ts"

/** A hand on the cluster, and an eye: what is true, whatever a controller has seen of it. */
export interface User {
  readonly now: () => number
  readonly create: <A extends KubernetesObject>(kind: Kind<A>, object: A) => A | undefined
  /** Creates a run of the kind that its spec is of. */
  readonly start: (run: CustomObject) => CustomObject | undefined
  readonly edit: <A extends KubernetesObject>(kind: Kind<A>, name: string, change: object) => void
  readonly remove: (kind: Kind, name: string, options?: DeleteOptions) => void
  readonly evict: (run: string) => void
  readonly find: <A extends KubernetesObject>(kind: Kind<A>, name: string) => A | undefined
  readonly all: <A extends KubernetesObject>(kind: Kind<A>) => ReadonlyArray<A>
  readonly run: (name: string) => CustomObject | undefined
  readonly runs: (kind: KindName) => ReadonlyArray<CustomObject>
  readonly jobsOf: (run: string) => ReadonlyArray<Job>
  readonly pods: () => ReadonlyArray<KubernetesObject>
  readonly podsOf: (run: string) => ReadonlyArray<Pod>
  /** Whether the agent of a run is at work. */
  readonly isWorking: (run: string) => boolean
  readonly phaseOf: (run: string) => unknown
  readonly reasonOf: (run: string) => unknown
  /** Claims are not bound while they are held. */
  readonly holdClaims: (hold: boolean) => void
  /** Says that an object is nobody's of ours. */
  readonly isForeign: (uid: string) => void
  readonly simulation: Simulation
}

export interface Act {
  readonly name: string
  readonly when: (user: User) => boolean
  /** Milliseconds from when that is so. */
  readonly after?: number
  readonly act: (user: User) => void
}

export interface Scenario {
  readonly id: string
  readonly name: string
  readonly config?: object
  readonly script: Script
  /** Names of the controllers. */
  readonly controllers: ReadonlyArray<string>
  readonly leadership: "alone" | "lease"
  /** Of controllers that are shards. */
  readonly shards?: Readonly<Record<string, Shard>>
  /** What is there before the controllers begin. */
  readonly before?: (user: User) => void
  /** In their order: each waits for the one before. */
  readonly acts: ReadonlyArray<Act>
  /** What else somebody may do at any decision point; the numbers of the class `spec`. */
  readonly edits?: ReadonlyArray<{ readonly name: string; readonly act: (user: User) => void }>
  /** A pod is stopped and gone at once: who does not look at that moment cannot tell how it ended. */
  readonly evidenceGoes?: boolean
  /** Its files are deleted, and made again only if the agent has yet to read them. */
  readonly filesGo?: boolean
}

export const second = 1000
export const minute = 60 * second

export const always = (): boolean => true

export const userOf = (simulation: Simulation, isForeign: (uid: string) => void): User => {
  const { server } = simulation
  const { client } = server
  const attempt = <A, E>(effect: Effect.Effect<A, E>): A | undefined => {
    const exit = server.run(effect)
    server.process.tasks.drain()
    return exit !== undefined && Exit.isSuccess(exit) ? exit.value : undefined
  }
  const all = <A extends KubernetesObject>(kind: Kind<A>): ReadonlyArray<A> =>
    attempt(client.list(kind, { namespace }))?.items ?? []
  const run = (name: string) =>
    attempt(client.get(CodeRunKind, { name, namespace })) ?? attempt(client.get(DocsRunKind, { name, namespace }))
  const ofRun = (name: string) => ({ metadata }: KubernetesObject) => metadata.labels?.[runLabel] === name
  return {
    simulation,
    isForeign,
    holdClaims: (hold) => void attempt(hold ? server.claims.hold : server.claims.release),
    now: simulation.now,
    create: (kind, object) => attempt(client.create(kind, object)),
    start: (object) => attempt(client.create("taskId" in object.spec ? CodeRunKind : DocsRunKind, object)),
    edit: (kind, name, body) => void attempt(client.patch(kind, { name, namespace }, { type: "merge", body })),
    remove: (kind, name, options) => void attempt(client.delete(kind, { name, namespace }, options)),
    evict: (name) => {
      for (const { metadata } of all(PodKind).filter(ofRun(name))) {
        attempt(server.node.evict({ name: metadata.name ?? "", namespace }, "The node was low on memory."))
      }
    },
    find: (kind, name) => attempt(client.get(kind, { name, namespace })),
    all,
    run,
    runs: (kind) =>
      server.objects.list(`${runResources[kind].group}/${runResources[kind].plural}`).map((run) =>
        viewAs<CustomObject>(run)
      ),
    jobsOf: (name) => all(JobKind).filter(ofRun(name)),
    pods: () => server.objects.list(`${PodKind.group}/${PodKind.plural}`),
    podsOf: (name) => all(PodKind).filter(ofRun(name)),
    isWorking: (name) =>
      (attempt(server.script.started) ?? []).some(({ isRunning, request }) =>
        request.container.name === "claude" && isRunning() && ofRun(name)(request.pod)
      ),
    phaseOf: (name) => run(name)?.status?.["phase"],
    reasonOf: (name) => run(name)?.status?.["reason"]
  }
}
