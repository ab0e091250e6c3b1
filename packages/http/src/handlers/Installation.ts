/** How the installation is. One read of the leader's Lease says who leads, whether the API server answers, and how fast. */
import { everyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import { monotonicMillis } from "@orchestrator/domain/Monotonic"
import { leaderLease } from "@orchestrator/domain/Names"
import { present } from "@orchestrator/domain/Present"
import { LeaseKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason } from "@orchestrator/k8s/KubernetesError"
import type { Lease, Pod } from "@orchestrator/k8s/Objects"
import { DateTime, Duration, Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { needsOf } from "../contract/Access.ts"
import { Api } from "../contract/Api.ts"
import type { Finding, Installation } from "../contract/Installation.ts"
import { askedNamespace } from "../services/AskedNamespace.ts"
import { DeliveryLog } from "../services/DeliveryLog.ts"
import { HttpSettings } from "../services/HttpSettings.ts"
import { InstallationState } from "../services/InstallationState.ts"
import { Readiness } from "../services/Readiness.ts"
import { leaderFinding, webhookFindings } from "./InstallationFindings.ts"
import { may } from "./plan/PlannedSecrets.ts"

const longestRead = Duration.seconds(5)
const mostReplicas = 50
/** As the chart labels its pods. */
const podSelector = "app.kubernetes.io/part-of=orchestrator,app.kubernetes.io/component=controller"

type State = InstallationState["Service"]

const leaderBy = ({ spec = {} }: Lease, identity: string | undefined): Installation["leader"] => ({
  identity: spec.holderIdentity ?? "",
  isThisReplica: identity !== undefined && spec.holderIdentity === identity,
  ...present("since", spec.acquireTime),
  ...present("renewedAt", spec.renewTime),
  ...present("leaseSeconds", spec.leaseDurationSeconds),
  ...present("transitions", spec.leaseTransitions)
})

const replicaOf = ({ metadata, spec, status }: Pod): NonNullable<Installation["replicas"]>[number] => ({
  name: metadata.name ?? "",
  phase: status?.phase ?? "Pending",
  ready: status?.conditions?.some(({ status, type }) => type === "Ready" && status === "True") === true,
  ...present("startedAt", status?.startTime),
  restarts: (status?.containerStatuses ?? []).reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
  ...present("node", spec.nodeName),
  ...present("image", spec.containers[0]?.image)
})

/** What `/ready` says, as findings. */
const readyFindings = Effect.fnUntraced(function*({ missing, warnings }: Readiness["Service"]) {
  const [lacks, warned] = [yield* missing, yield* warnings]
  return [
    ...lacks.map((found): Finding => ({ check: "ready", status: "fail", found })),
    ...warned.map((found): Finding => ({ check: "agents", status: "warn", found })),
    ...(lacks.length === 0 ? [{ check: "ready", status: "ok", found: "requests are served" } satisfies Finding] : [])
  ]
})

/** Nobody leads by a Lease where there is none: a program that is alone does without. */
const aloneBy = Effect.fnUntraced(function*(state: State | undefined) {
  if (state === undefined || !(yield* state.leads)) return undefined
  const leader: Installation["leader"] = { identity: state.identity, isThisReplica: true, since: state.startedAt }
  return leader
})

export const InstallationHandlers = HttpApiBuilder.group(
  Api,
  "installation",
  Effect.fnUntraced(function*(handlers) {
    const client = yield* KubernetesClient
    const { namespace: own, version } = yield* HttpSettings
    const asked = yield* askedNamespace
    const readiness = yield* Readiness
    const deliveries = yield* DeliveryLog
    const state = Option.getOrUndefined(yield* Effect.serviceOption(InstallationState))

    const readLease = Effect.gen(function*() {
      const began = yield* monotonicMillis
      const found = yield* client.get(LeaseKind, { namespace: own, name: leaderLease }).pipe(
        Effect.catchIf(hasReason("NotFound", "Forbidden"), () => Effect.undefined),
        Effect.mapError(({ message }) => message),
        Effect.timeoutOrElse({
          duration: longestRead,
          orElse: () => Effect.fail(`no answer within ${Duration.format(longestRead)}`)
        }),
        Effect.result
      )
      const latencyMillis = Math.round((yield* monotonicMillis) - began)
      return { found, latencyMillis }
    })

    const replicas = client.list(PodKind, { namespace: own, labelSelector: podSelector, limit: mostReplicas }).pipe(
      Effect.map(({ items }) => items.map(replicaOf)),
      Effect.timeout(longestRead),
      Effect.orElseSucceed(() => undefined)
    )

    const mayListRuns = may(...everyRunKind.map(({ plural }) => needsOf(plural).list))

    return handlers.handle(
      "get",
      Effect.fnUntraced(function*() {
        const { found, latencyMillis } = yield* readLease
        const lease = found._tag === "Success" ? found.success : undefined
        const leader = lease === undefined ? yield* aloneBy(state) : leaderBy(lease, state?.identity)
        const namespace = yield* asked
        // Its replicas, and the runs that events make, are in its own: who may see others may not see them.
        const isOwn = namespace === own
        const seen = isOwn && (yield* mayListRuns) ? yield* deliveries.recent : undefined
        const problem = yield* (state?.electionProblem ?? Effect.undefined)
        const findings = [
          ...yield* readyFindings(readiness),
          ...(state === undefined || found._tag === "Failure"
            ? []
            : [leaderFinding({ leader, problem, now: yield* DateTime.now })]),
          ...webhookFindings(seen ?? []),
          ...yield* (state?.findings ?? Effect.succeed([]))
        ]
        const answer: Installation = {
          version,
          namespace,
          ...present("identity", state?.identity),
          ...present("startedAt", state?.startedAt),
          apiServer: {
            reachable: found._tag === "Success",
            latencyMillis,
            ...present("version", yield* (state?.kubernetesVersion ?? Effect.undefined)),
            ...present("problem", found._tag === "Failure" ? found.failure : undefined)
          },
          ...present("leader", leader),
          ...present(
            "replicas",
            isOwn && (yield* may({ verb: "list", resource: "pods" })) ? yield* replicas : undefined
          ),
          caches: yield* (state?.caches ?? Effect.succeed([])),
          limits: yield* (state?.limits ?? Effect.succeed([])),
          ...present("deliveries", seen),
          findings
        }
        return answer
      })
    )
  })
)
