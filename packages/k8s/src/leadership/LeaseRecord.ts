/**
 * What a Lease says, and what a candidate may conclude from it. Only the time that passed here since the record last changed counts: the
 * peers' clocks are not ours, so the times in the record are for people.
 */
import { installationAnnotation } from "@orchestrator/domain/Labels"
import type { Lease } from "../Objects.ts"

/** The last record that was seen, and when, on the monotonic clock. */
export interface Sighting {
  readonly lease: Lease
  readonly at: bigint
}

const second = 1_000_000_000n

export const seconds = (count: number): bigint => BigInt(Math.round(count * 1000)) * (second / 1000n)

/** The same record seen again is no news: its holder has not renewed it. */
export const sight = (before: Sighting | undefined, lease: Lease, now: bigint): Sighting =>
  before !== undefined && JSON.stringify(before.lease.spec) === JSON.stringify(lease.spec)
    ? { lease, at: before.at }
    : { lease, at: now }

export const holderOf = ({ spec }: Lease): string | undefined =>
  spec?.holderIdentity === undefined || spec.holderIdentity === "" ? undefined : spec.holderIdentity

/** When the holder's time is over; at once for a lease that nobody holds. */
export const freeAt = ({ at, lease }: Sighting): bigint =>
  holderOf(lease) === undefined ? at : at + seconds(lease.spec?.leaseDurationSeconds ?? 0)

/** RFC 3339 with microseconds. */
const microTime = (iso: string): string => iso.replace(/Z$/, "000Z")

/** The installation that the holder belongs to; holders need not have one. */
export const installationOf = ({ metadata }: Lease): string | undefined =>
  metadata.annotations?.[installationAnnotation]

/** Who takes a Lease. */
export interface Candidate {
  readonly identity: string
  readonly installation?: string | undefined
  readonly leaseSeconds: number
}

const signed = ({ metadata }: Lease, installation: string | undefined): Lease["metadata"] => {
  const { [installationAnnotation]: _, ...others } = metadata.annotations ?? {}
  return {
    ...metadata,
    annotations: installation === undefined ? others : { ...others, [installationAnnotation]: installation }
  }
}

/** The record of a new holder. */
export const taken = (before: Lease, { identity, installation, leaseSeconds }: Candidate, iso: string): Lease => ({
  ...before,
  metadata: signed(before, installation),
  spec: {
    holderIdentity: identity,
    leaseDurationSeconds: leaseSeconds,
    acquireTime: microTime(iso),
    renewTime: microTime(iso),
    leaseTransitions: (before.spec?.leaseTransitions ?? -1) + 1
  }
})

export const renewed = (before: Lease, iso: string): Lease => ({
  ...before,
  spec: { ...before.spec, renewTime: microTime(iso) }
})

/** Nobody's, so that the next one need not wait. */
export const released = (before: Lease, iso: string): Lease => ({
  ...before,
  spec: { ...before.spec, holderIdentity: "", leaseDurationSeconds: 1, renewTime: microTime(iso) }
})
