/** What people do, done to the API server itself: they try again while it is away, and do not mind what is no longer there. */
import { ourLabels, runUidLabel } from "@orchestrator/domain/Labels"
import {
  CodeRunKind,
  ConfigMapKind,
  DocsRunKind,
  JobKind,
  type Kind,
  PersistentVolumeClaimKind,
  PodKind
} from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason, type KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { CustomObject, KubernetesObject } from "@orchestrator/k8s/Objects"
import { Deferred, Effect, Schedule } from "effect"
import { codeRun, docsRun, type Site } from "../cluster/World.ts"
import type { Act, Create, Deed } from "./Load.ts"

const again = <A, R>(effect: Effect.Effect<A, KubernetesError, R>) =>
  Effect.retry(effect, {
    while: hasReason("TooManyRequests", "Unreachable", "ServerError", "Conflict", "Malformed", "Unauthorized"),
    schedule: Schedule.spaced("200 millis"),
    times: 600
  })

const objectOf = (site: Site, { dependsOn, githubUser, name, run, script, service }: Create): CustomObject => {
  if (run === "DocsRun") return docsRun(site, name)
  const needs = dependsOn.length === 0 ? {} : { dependsOn }
  return codeRun(site, name, { taskId: Number(name.split("-")[1]), service, githubUser, ...needs }, script)
}

/** Makes a run; what is there already is well. */
export type Submit = (kind: Kind<CustomObject>, run: CustomObject) => Effect.Effect<unknown, KubernetesError>

/** `submit`: by default as kubectl does. */
export const makePeople = Effect.fnUntraced(function*(site: Site, acts: ReadonlyArray<Act>, submit?: Submit) {
  const client = yield* KubernetesClient
  const { namespace } = site
  const creations = new Map(acts.flatMap((act) => act.act === "create" ? [[act.name, act] as const] : []))
  const made = new Map([...creations.keys()].map((name) => [name, Deferred.makeUnsafe<void>()]))
  const kindOf = (name: string) => creations.get(name)?.run === "DocsRun" ? DocsRunKind : CodeRunKind

  const create = (run: Create) =>
    again((submit ?? client.create)(kindOf(run.name), objectOf(site, run))).pipe(
      // An earlier request was done, and its answer lost.
      Effect.catchIf(hasReason("AlreadyExists"), () => Effect.void),
      Effect.andThen(Deferred.succeed(made.get(run.name) ?? Deferred.makeUnsafe<void>(), undefined))
    )

  const edit = (name: string, change: (run: CustomObject) => object) =>
    again(Effect.gen(function*() {
      const ref = { name, namespace }
      const run = yield* client.get(kindOf(name), ref)
      const metadata = { resourceVersion: run.metadata.resourceVersion }
      yield* client.patch(kindOf(name), ref, { type: "merge", body: { metadata, spec: change(run) } })
    }))

  const version = ({ spec }: CustomObject) => Number(spec["contextVersion"] ?? 1)

  const remove = <A extends KubernetesObject>(kind: Kind<A>, name: string) =>
    again(client.delete(kind, { name, namespace }, { propagationPolicy: "Background" }))

  /** Of the run's newest attempt; nothing is done where there is none. */
  const withIts = (
    field: "jobName" | "configmapName",
    use: (found: string) => Effect.Effect<unknown, KubernetesError>
  ) =>
  (name: string) =>
    Effect.flatMap(again(client.get(kindOf(name), { name, namespace })), ({ status }) => {
      const found = status?.[field]
      return typeof found === "string" && found !== "" ? use(found) : Effect.void
    })

  const unlabel = (name: string) => {
    const labels = Object.fromEntries([runUidLabel, ...Object.keys(ourLabels)].map((label) => [label, null]))
    return again(client.patch(JobKind, { name, namespace }, { type: "merge", body: { metadata: { labels } } }))
  }

  const deeds: Readonly<Record<Deed, (name: string) => Effect.Effect<unknown, KubernetesError>>> = {
    cancel: (name) =>
      edit(name, (run) => ({
        cancel: true,
        ...(kindOf(name) === CodeRunKind ? { cancelVersion: version(run) } : {})
      })),
    raise: (name) => edit(name, (run) => ({ contextVersion: version(run) + 1 })),
    delete: (name) => remove(kindOf(name), name),
    again: (name) => {
      const run = creations.get(name)
      return run === undefined ? Effect.void : create(run)
    },
    "delete its Job": withIts("jobName", (job) => remove(JobKind, job)),
    "delete its files": withIts("configmapName", (files) => remove(ConfigMapKind, files)),
    "take the labels off its Job": withIts("jobName", unlabel),
    "delete its pod": (name) =>
      Effect.gen(function*() {
        const { metadata } = yield* again(client.get(kindOf(name), { name, namespace }))
        const { items } = yield* again(
          client.list(PodKind, { namespace, labelSelector: `${runUidLabel}=${metadata.uid}` })
        )
        yield* Effect.forEach(items, (pod) => remove(PodKind, pod.metadata.name ?? ""))
      })
  }

  const deleteClaim = (service: string) =>
    Effect.gen(function*() {
      const { items } = yield* again(
        client.list(PersistentVolumeClaimKind, { namespace, labelSelector: `service=${service}` })
      )
      yield* Effect.forEach(items, (claim) => remove(PersistentVolumeClaimKind, claim.metadata.name ?? ""))
    })

  const perform = (act: Act): Effect.Effect<unknown, KubernetesError> => {
    if (act.act === "create") return create(act)
    if (act.act === "delete a claim") return deleteClaim(act.service)
    const ready = made.get(act.name)
    return Effect.andThen(ready === undefined ? Effect.void : Deferred.await(ready), deeds[act.act](act.name))
  }

  /** What is refused for good is said; what is not there any more is nobody's trouble. */
  return (act: Act) =>
    perform(act).pipe(
      Effect.catchIf(hasReason("NotFound"), () => Effect.void),
      Effect.catch((error) => Effect.logWarning(`${act.act} ${"name" in act ? act.name : ""}: ${error.message}`)),
      Effect.asVoid
    )
})
