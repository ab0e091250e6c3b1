/** What the answer about the installation means for who looks after it: who leads, and whether webhooks are let in. Pure. */
import { leaderLease } from "@orchestrator/domain/Names"
import { DateTime, Option } from "effect"
import type { Delivery, Finding, Installation } from "../contract/Installation.ts"

interface Seen {
  readonly leader: Installation["leader"]
  /** Why this replica cannot take or keep the Lease. */
  readonly problem: string | undefined
  readonly now: DateTime.Utc
}

const noLeader =
  "Nothing starts or is concluded until one does; agents at work go on. See OrchestratorNoLeader of the runbooks"

const ageSeconds = (renewedAt: string | undefined, now: DateTime.Utc): number | undefined =>
  Option.match(DateTime.make(renewedAt ?? ""), {
    onNone: () => undefined,
    onSome: (time) => Math.round((DateTime.toEpochMillis(now) - DateTime.toEpochMillis(time)) / 1000)
  })

/** By the clock of who renewed it and ours: a Lease that seems fresher than it can be is one. */
export const leaderFinding = ({ leader, now, problem }: Seen): Finding => {
  const because = problem === undefined ? "" : `; this replica ${problem}`
  const fails = (found: string): Finding => ({
    check: "leader",
    status: "fail",
    found: `${found}${because}`,
    next: noLeader
  })
  if (leader === undefined) return fails(`nobody leads: there is no Lease ${leaderLease}`)
  if (leader.identity === "") return fails(`nobody leads: the Lease ${leaderLease} has no holder`)
  const age = ageSeconds(leader.renewedAt, now)
  if (age !== undefined && leader.leaseSeconds !== undefined && age > leader.leaseSeconds) {
    return fails(`nobody leads: ${leader.identity} renewed the Lease ${leaderLease} last ${age} s ago`)
  }
  return { check: "leader", status: "ok", found: leader.identity }
}

/** Statuses of deliveries without the secret, or with another. */
const unproven: ReadonlySet<number> = new Set([401, 403])

/** Of each webhook that refused the last delivery that came to it. */
export const webhookFindings = (deliveries: ReadonlyArray<Delivery>): ReadonlyArray<Finding> =>
  [...Map.groupBy(deliveries, ({ webhook }) => webhook)].flatMap(([webhook, all]): ReadonlyArray<Finding> => {
    const taken = all.findIndex(({ status }) => status < 400)
    const refused = taken === -1 ? all : all.slice(0, taken)
    const [last] = refused
    if (last === undefined) return [{ check: "webhooks", status: "ok", found: `${webhook} takes what comes` }]
    const found = refused.length === 1
      ? `${webhook} refused the last delivery, with ${last.status}: ${last.verdict}`
      : `${webhook} refused the last ${refused.length} deliveries, with ${last.status}: ${last.verdict}`
    const next = unproven.has(last.status)
      ? `Enter the secret of the file webhook.${
        webhook.replace(/^run\//, "")
      } on the forge's side too, and let the forge deliver again`
      : "See OrchestratorWebhookRefused of the runbooks; the forge's page of deliveries sends them again"
    return [{ check: "webhooks", status: "fail", found, next }]
  })
