/**
 * Evidence that runners left on the workspace's claim, read on demand by a Job that lives for seconds. It is the agent's side of the story
 * alone, and a later agent of the same tenant can change it; another tenant's is on another claim, which is checked here once more.
 */
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { statusText } from "@orchestrator/domain/RunView"
import { GithubUser, GitUrl } from "@orchestrator/domain/SpecText"
import { isTenant, tenantOf, tenantOn } from "@orchestrator/domain/Tenant"
import { type EvidenceQuery, type EvidenceStore, EvidenceTrouble } from "@orchestrator/http/services/EvidenceStore"
import { JobKind, PersistentVolumeClaimKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason, type KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { Job, PersistentVolumeClaim, Pod } from "@orchestrator/k8s/Objects"
import { Duration, Effect, Option, Schedule, Schema, Semaphore, Stream } from "effect"
import { readerContainer, readerJob } from "./ReaderJob.ts"
import { printedFile } from "./WorkspaceFiles.ts"

/** Readers of this process at a time; who comes on top is told to come again. */
const mostReaders = 8
/** For one before it to be gone, and for one to have read. */
const turnTakesAtMost = Duration.seconds(90)
const readingTakesAtMost = Duration.seconds(55)

const decodeSpec = Schema.decodeUnknownOption(
  Schema.Struct({ service: Schema.NonEmptyString, repositoryUrl: GitUrl, githubUser: GithubUser })
)

/** Whether a claim is that of the run's tenant. One that says nothing is of an older version, and by the status the run's. */
const isOwn = ({ metadata }: PersistentVolumeClaim, { run }: EvidenceQuery): boolean => {
  const tenant = tenantOn(metadata.annotations)
  const spec = decodeSpec(run.spec)
  if (tenant === undefined) return true
  return tenant !== "unknown" && Option.isSome(spec) && isTenant(tenant, tenantOf(spec.value))
}

const trouble = (reason: string, hint: string) => new EvidenceTrouble({ reason, hint })

const refused = ({ message }: KubernetesError) =>
  trouble(`the workspace cannot be read: ${message}`, "Retry later; the orchestrator's log has more")

const endOf = ({ status }: Pod) =>
  status?.containerStatuses?.find(({ name }) => name === readerContainer)?.state?.terminated

const waitsFor = ({ status }: Pod): string => {
  const waiting = status?.containerStatuses?.find(({ name }) => name === readerContainer)?.state?.waiting
  return [
    waiting?.reason ?? status?.phase ?? "Pending",
    waiting?.message ?? status?.conditions?.find(({ status }) => status === "False")?.message
  ].filter((part) => part).join(": ")
}

export const workspaceStore = Effect.fnUntraced(function*(config: OrchestratorConfig) {
  const client = yield* KubernetesClient
  const readers = yield* Semaphore.make(mostReaders)

  const claimOf = Effect.fnUntraced(function*(query: EvidenceQuery) {
    const name = statusText(query.run, "workspace")
    if (name === undefined) return undefined
    const claim = yield* client.get(PersistentVolumeClaimKind, { name, namespace: query.namespace }).pipe(
      Effect.catchIf(hasReason("NotFound"), () => Effect.undefined)
    )
    return claim === undefined || !isOwn(claim, query) ? undefined : name
  })

  /** Waits for one before it to be gone: one at a time reads a claim, whichever replica asks. */
  const begin = (job: Job) =>
    client.create(JobKind, job).pipe(
      Effect.retry({ schedule: Schedule.spaced("1 second"), while: hasReason("AlreadyExists") }),
      Effect.timeoutOrElse({
        duration: turnTakesAtMost,
        orElse: () => Effect.fail(trouble("the workspace is being read by others", "Retry in a minute"))
      })
    )

  /** No right to delete Jobs is needed: one that stays for no second is removed by Kubernetes. */
  const release = ({ metadata: { name = "", namespace } }: Job) =>
    client.patch(JobKind, { name, namespace }, { type: "merge", body: { spec: { ttlSecondsAfterFinished: 0 } } }).pipe(
      Effect.ignore
    )

  const ended = Effect.fnUntraced(function*({ metadata: { name = "", namespace = "" } }: Job) {
    let last = "it has no pod yet"
    const pods = client.watch(PodKind, {
      namespace,
      labelSelector: `batch.kubernetes.io/job-name=${name}`,
      timeoutSeconds: 90
    })
    return yield* pods.pipe(
      Stream.tap(({ object }) => Effect.sync(() => void (last = waitsFor(object)))),
      Stream.filter(({ object }) => endOf(object) !== undefined),
      Stream.map(({ object }) => object),
      Stream.runHead,
      Effect.map(Option.getOrUndefined),
      Effect.timeoutOrElse({
        duration: readingTakesAtMost,
        orElse: () =>
          Effect.fail(trouble(
            `the pod that reads the workspace did not end within ${Duration.toSeconds(readingTakesAtMost)} s (${last})`,
            "Retry later; while an agent works in a workspace of access mode ReadWriteOncePod nobody else can mount it"
          ))
      })
    )
  })

  const read = Effect.fnUntraced(function*(claim: string, query: EvidenceQuery) {
    const job = yield* Effect.acquireRelease(begin(readerJob(config, claim, query)), release)
    const pod = yield* ended(job)
    const text = pod === undefined ? "" : yield* client.podLogs(
      { name: pod.metadata.name ?? "", namespace: query.namespace },
      { container: readerContainer }
    ).pipe(Stream.decodeText, Stream.mkString)
    const printed = printedFile(text)
    if (printed !== undefined) return Option.getOrUndefined(printed)
    return yield* trouble(
      `the pod that reads the workspace printed nothing of it (${
        pod === undefined ? "gone" : endOf(pod)?.reason ?? ""
      })`,
      "Retry later; the image in agent.runnerImage has to be of this version"
    )
  }, Effect.scoped)

  const store: EvidenceStore["Service"] = {
    source: "workspace",
    open: Effect.fn("WorkspaceStore.open")(function*(query) {
      const claim = yield* claimOf(query)
      if (claim === undefined) return undefined
      const text = yield* readers.withPermitsIfAvailable(1)(read(claim, query)).pipe(
        Effect.flatMap(Option.match({
          onNone: () => Effect.fail(trouble("too many workspaces are being read at once", "Retry in a minute")),
          onSome: Effect.succeed
        }))
      )
      return text === undefined ? undefined : Stream.make(new TextEncoder().encode(text))
    }, Effect.catchTag("KubernetesError", (error) => Effect.fail(refused(error)))),
    whyNone: ({ kind, run }) =>
      !kind.leasesWorkspace
        ? `a ${kind.kind} has no workspace that outlives its pod; with evidence.bucket it is kept`
        : statusText(run, "workspace") === undefined
        ? "the run has had no workspace"
        : `the workspace ${
          statusText(run, "workspace")
        } has none: it is gone or another tenant's, or the runner left none there`
  }
  return store
})
