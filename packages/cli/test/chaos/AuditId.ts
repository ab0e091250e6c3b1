/**
 * The header Audit-ID, which the API server writes into its audit log as it comes: whose request it is, and when it left. What a proxy holds
 * back arrives later than it was decided.
 */

/** One process of a replica, from its start to its end: `0.3` is the fourth of the first. */
export type Life = string

export interface RequestContext {
  readonly life: Life
  /** Milliseconds since the epoch. */
  readonly sentAt: number
}

/** The API server keeps 64 characters. */
export const auditId = ({ life, sentAt }: RequestContext, number: number): string =>
  `replica-${life}-${Math.round(sentAt)}-${number}`

export const contextOf = (id: string): RequestContext | undefined => {
  const [, life, sentAt] = /^replica-(\d+\.\d+)-(\d+)-\d+$/.exec(id) ?? []
  return life === undefined ? undefined : { life, sentAt: Number(sentAt) }
}
