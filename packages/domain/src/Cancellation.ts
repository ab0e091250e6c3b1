/** For which version of a run a standing request to cancel was made, as far as spec and status tell. Pure. */

export interface CancelRequest {
  /** The version that is asked for, or has been begun. */
  readonly wanted: number
  /** The version that the status speaks of. */
  readonly seen: number | undefined
  readonly phase: string | undefined
  /** `spec.cancelVersion` */
  readonly cancelVersion: number | undefined
  /** `status.cancelledVersion` */
  readonly cancelledVersion: number | undefined
}

/** A version that the status does not know yet is not meant where it tells that an earlier one was, or the spec names that. */
export const cancelMeant = (
  { cancelVersion, cancelledVersion, phase, seen, wanted }: CancelRequest
): number => {
  if (cancelledVersion !== undefined) return cancelledVersion
  if (seen === undefined || seen >= wanted) return wanted
  return phase === "Cancelled" ? seen : Math.min(cancelVersion ?? wanted, wanted)
}
