/**
 * The arms that the controller is measured against: the same writes over the same transport, and nothing else. `bare` is told of each run
 * on its standard input; `watching` finds runs and the ends of their agents by watches, like every controller.
 * Usage: loop.ts {"how","kubeconfig","namespace","writes"}
 */
import { NodeRuntime, NodeStdio } from "@effect/platform-node"
import { ourSelector, runUidLabel } from "@orchestrator/domain/Labels"
import {
  CodeRunKind,
  ConfigMapKind,
  JobKind,
  type Kind,
  PersistentVolumeClaimKind,
  PodKind
} from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import type { CustomObject, Job, KubernetesObject, Pod } from "@orchestrator/k8s/Objects"
import { Console, Effect, FiberSet, Schema, type Scope, Semaphore, Stdio, Stream } from "effect"
import { readFileSync } from "node:fs"
import type { Recorded } from "../parts/Recorded.ts"
import { compile, type Values } from "../parts/Template.ts"

const Options = Schema.fromJsonString(Schema.Struct({
  how: Schema.Literals(["bare", "watching"]),
  kubeconfig: Schema.String,
  namespace: Schema.String,
  /** File with what was recorded. */
  writes: Schema.String
}))

const Told = Schema.fromJsonString(
  Schema.Struct({ name: Schema.String, service: Schema.String, uid: Schema.String, version: Schema.String })
)
type Told = typeof Told.Type
const decodeTold = Schema.decodeEffect(Told)

/** As many runs at once as the controller has workers. */
const workers = 16

/** What is known of a run between its writes. */
interface Begun {
  readonly values: Values
  readonly job: string
  readonly version: string
}

const makeWrites = Effect.fnUntraced(function*(namespace: string, file: string) {
  const client = yield* KubernetesClient
  const recorded: Recorded = JSON.parse(readFileSync(file, "utf8"))
  const [lease, job, files] = [compile(recorded.lease), compile(recorded.job), compile(recorded.files)]
  const [running, terminal, release] = [
    compile(recorded.running),
    compile(recorded.terminal),
    compile(recorded.release)
  ]
  const { items } = yield* client.list(PersistentVolumeClaimKind, { namespace, labelSelector: ourSelector })
  const claims = new Map(items.map(({ metadata }) => [metadata.name ?? "", metadata]))

  const begin = Effect.fnUntraced(function*({ version, ...run }: Told) {
    const values = { ...run, home: namespace, uid8: run.uid.slice(0, 8) }
    const name = `workspace-${run.service}`
    const claim = claims.get(name)
    yield* client.patch(
      PersistentVolumeClaimKind,
      { name, namespace },
      lease({ ...values, claim: claim?.uid ?? "", version: claim?.resourceVersion ?? "" })
    )
    const { metadata } = yield* client.create(JobKind, job(values))
    yield* client.create(ConfigMapKind, files({ ...values, job: metadata.uid ?? "" }))
    const written = yield* client.replaceStatus(CodeRunKind, running({ ...values, version }))
    return {
      values,
      job: metadata.uid ?? "",
      version: written.metadata.resourceVersion ?? ""
    } satisfies Begun
  })

  const end = Effect.fnUntraced(function*({ job, values, version }: Begun) {
    yield* client.replaceStatus(CodeRunKind, terminal({ ...values, version }))
    const name = `code-${values["name"]}-v1-${values["uid8"]}`
    yield* client.patch(JobKind, { name, namespace }, release({ ...values, job }))
  })
  return { begin, end }
})

const bare = Effect.fnUntraced(function*(namespace: string, file: string) {
  const { begin } = yield* makeWrites(namespace, file)
  const { stdin } = yield* Stdio.Stdio
  yield* Console.log("ready")
  yield* stdin.pipe(
    Stream.decodeText,
    Stream.splitLines,
    Stream.mapEffect((line) => decodeTold(line)),
    Stream.mapEffect(begin, { concurrency: workers, unordered: true }),
    Stream.runDrain
  )
})

const agentEnded = ({ status }: Pod): boolean => status?.phase === "Succeeded" || status?.phase === "Failed"

const watching = Effect.fnUntraced(function*(namespace: string, file: string) {
  const { begin, end } = yield* makeWrites(namespace, file)
  const client = yield* KubernetesClient
  const fibers = yield* FiberSet.make<unknown, never>()
  const room = yield* Semaphore.make(workers)
  const begun = new Map<string, Begun>()
  const ended = new Set<string>()
  const finished = new Set<string>()

  const fork = <A, E>(work: Effect.Effect<A, E>) => FiberSet.run(fibers, Effect.orDie(room.withPermits(1)(work)))

  const endIfDue = (uid: string) =>
    Effect.suspend(() => {
      const run = begun.get(uid)
      if (run === undefined || !ended.has(uid)) return Effect.void
      begun.delete(uid)
      return Effect.asVoid(fork(end(run)))
    })

  const runSeen = ({ metadata: { name = "", resourceVersion = "", uid = "" }, spec, status }: CustomObject) =>
    status !== undefined || begun.has(uid) ? Effect.void : fork(
      begin({ name, uid, version: resourceVersion, service: String(spec["service"]) }).pipe(
        Effect.tap((run) => Effect.sync(() => begun.set(uid, run))),
        Effect.andThen(endIfDue(uid))
      )
    )

  const podSeen = (pod: Pod) =>
    Effect.suspend(() => {
      const uid = pod.metadata.labels?.[runUidLabel] ?? ""
      if (!agentEnded(pod) || ended.has(uid)) return Effect.void
      ended.add(uid)
      return endIfDue(uid)
    })

  /** A Job may end without a word of its pod: whoever looks after runs has to know. */
  const jobSeen = ({ metadata, status }: Job) =>
    Effect.sync(() => {
      if (status?.conditions?.some(({ status, type }) => type === "Complete" && status === "True") === true) {
        finished.add(metadata.uid ?? "")
      }
    })

  const follow = <A extends KubernetesObject>(
    kind: Kind<A>,
    labelSelector: string | undefined,
    seen: (object: A) => Effect.Effect<unknown>
  ) =>
    Effect.gen(function*() {
      const { metadata } = yield* client.list(kind, { namespace, labelSelector, limit: 500 })
      let resourceVersion = metadata.resourceVersion
      const watch = Effect.suspend(() =>
        client.watch(kind, { namespace, labelSelector, resourceVersion, allowWatchBookmarks: true }).pipe(
          Stream.runForEach(({ object, type }) => {
            resourceVersion = object.metadata.resourceVersion ?? resourceVersion
            return type === "ADDED" || type === "MODIFIED" ? seen(object) : Effect.void
          })
        )
      )
      // The server may end it at any time; a loop that cannot go on is of no use as a measure.
      yield* Effect.forkScoped(Effect.orDie(Effect.forever(watch)))
    })

  yield* follow(CodeRunKind, undefined, runSeen)
  yield* follow(JobKind, ourSelector, jobSeen)
  yield* follow(PodKind, ourSelector, podSeen)
  yield* Console.log("ready")
  yield* FiberSet.join(fibers)
})

const program = Effect.gen(function*() {
  const { args } = yield* Stdio.Stdio
  const [text = ""] = yield* args
  const { how, kubeconfig, namespace, writes } = yield* Schema.decodeEffect(Options)(text)
  const arm: Effect.Effect<void, unknown, KubernetesClient | Scope.Scope | Stdio.Stdio> = how === "bare"
    ? bare(namespace, writes)
    : watching(namespace, writes)
  yield* Effect.scoped(arm).pipe(Effect.provide(liveClient({ kubeconfig })))
})

NodeRuntime.runMain(Effect.provide(program, NodeStdio.layer))
