/**
 * What is read from the API server where a store may be behind: watches have no common order, and one may be late or silent. Only in these
 * cases, never on the usual way of a run. What was read goes into the stores, which then say it to every round.
 */
import { labelValue, runUidLabel } from "@orchestrator/domain/Labels"
import { looksAfter, shardNumberOf } from "@orchestrator/domain/Shards"
import { readablePage } from "@orchestrator/k8s/Intake"
import { JobKind, type Kind, PersistentVolumeClaimKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient, type Selectors } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import type { Job, KubernetesObject, Pod } from "@orchestrator/k8s/Objects"
import { Effect } from "effect"
import { isAlive } from "../attempt/CurrentAttempt.ts"
import { claimFacts } from "../facts/Claim.ts"
import { type JobFacts, jobFacts } from "../facts/Job.ts"
import { type LiveRun, withSpecOf } from "../facts/LiveRun.ts"
import { podFacts } from "../facts/Pod.ts"
import { type RunFacts, runFacts } from "../facts/Run.ts"
import type { RunKey } from "../facts/RunKey.ts"
import { Stores } from "../facts/Stores.ts"
import { runKinds } from "../kinds/RunKinds.ts"

export const makeReads = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const stores = yield* Stores

  /** Whole or not at all: what cannot be read is not to be taken for what is not there. */
  const list = <A extends KubernetesObject>(kind: Kind<A>, selectors: Selectors) =>
    Effect.flatMap(client.list(kind, selectors), (page) => Effect.fromResult(readablePage(kind, page)))

  /** What another shard follows is not put into a store, which is not told when it goes. */
  const isFollowed = ({ metadata: { labels } }: Job | Pod) => looksAfter(stores.shard, shardNumberOf(labels))

  const takePods = (items: ReadonlyArray<Pod>) => {
    for (const pod of items.filter(isFollowed)) stores.pods.read(podFacts(pod))
  }

  /** What became of the pods of a run. */
  const podsOf = ({ namespace, uid }: RunFacts) =>
    Effect.map(list(PodKind, { namespace, labelSelector: `${runUidLabel}=${uid}` }), ({ items }) => takePods(items))

  /**
   * Whoever may be at work in a workspace of a service, Jobs first: what a Job makes after it was read is in the list of pods. Answers with the
   * claims in which other shards' are.
   */
  const workersOf = Effect.fnUntraced(function*(namespace: string, service: string) {
    const selectors = { namespace, labelSelector: `service-name=${labelValue(service)}` }
    const jobs = (yield* list(JobKind, selectors)).items
    for (const job of jobs.filter(isFollowed)) stores.jobs.read(jobFacts(job))
    const pods = (yield* list(PodKind, selectors)).items
    takePods(pods)
    const others = pods.filter((pod) => !isFollowed(pod)).map((pod) => podFacts(pod))
    const podOf = (job: JobFacts) => others.find(({ jobs }) => jobs.some(({ uid }) => uid === job.uid))
    return [
      ...jobs.filter((job) => !isFollowed(job)).map((job) => jobFacts(job)).filter((job) =>
        !job.deleting && isAlive({ ...job, pod: podOf(job) })
      ),
      ...others.filter(({ over }) => !over)
    ].map(({ claim }) => claim)
  })

  /** A claim that the store lacks, if there is one. */
  const claimNamed = (namespace: string, name: string) =>
    client.get(PersistentVolumeClaimKind, { namespace, name }).pipe(
      Effect.map((claim) => stores.workspaces.read(claimFacts(claim))),
      Effect.catchIf(hasReason("NotFound"), () => Effect.void)
    )

  /** A Job that the store lacks; undefined: there is none. One without our labels is not put into the store, which is not told of it. */
  const jobNamed = (namespace: string, name: string) =>
    client.get(JobKind, { namespace, name }).pipe(
      Effect.map((job) => {
        const facts = jobFacts(job)
        if (facts.labelled && isFollowed(job)) stores.jobs.read(facts)
        return facts
      }),
      Effect.catchIf(hasReason("NotFound"), () => Effect.sync(() => void stores.strays.delete(`${namespace}/${name}`)))
    )

  const runNamed = ({ kind, name, namespace }: RunKey) =>
    client.get(runKinds[kind].resource, { namespace, name }).pipe(
      Effect.catchIf(hasReason("NotFound"), () => Effect.undefined)
    )

  /** A run, where its Jobs show that the store has an old version of it; undefined: it is gone, or another has its name. */
  const runAgain = (known: RunFacts) =>
    Effect.map(runNamed(known), (run) => {
      if (run === undefined || run.metadata.uid !== known.uid) return undefined
      const facts = runFacts(known.kind, run)
      stores.runs[known.kind].read(facts)
      return facts
    })

  /** A run with all of its spec; undefined when the store has yet to see the version that there is. */
  const wholeRun = (known: LiveRun) =>
    Effect.map(
      runNamed(known),
      (run): LiveRun | undefined => {
        if (run?.metadata.uid !== known.uid || run.metadata.resourceVersion !== known.resourceVersion) return undefined
        return known.isWhole ? known : withSpecOf(known, run)
      }
    )

  /** UID of the run that has a name now. */
  const uidOf = (key: RunKey) => Effect.map(runNamed(key), (run) => run?.metadata.uid)

  return { podsOf, workersOf, claimNamed, jobNamed, runAgain, wholeRun, uidOf }
})

export type Reads = Effect.Success<typeof makeReads>
