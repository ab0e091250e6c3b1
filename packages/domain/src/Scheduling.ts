/** When a run may start, and which of those that wait comes first. */
import { DateTime, Option, Schema } from "effect"

const optional = Schema.optionalKey

/** From the last to the first. */
export const priorities = ["low", "normal", "high"] as const
export const Priority = Schema.Literals(priorities)
export type Priority = typeof Priority.Type

/** Whether one comes before another whatever their age, as far as the head start goes. */
export const isAbove = (left: Priority, right: Priority): boolean =>
  priorities.indexOf(left) > priorities.indexOf(right)

/** Fields of a spec, of either kind. */
export const scheduling = {
  suspend: optional(Schema.Boolean.annotate({
    description:
      "While true no attempt of the run starts, and it keeps neither a workspace nor its place at a limit. An attempt that runs is left to end: cancel stops it. Default: false"
  })),
  priority: optional(Priority.annotate({
    description:
      "low, normal or high: which of the runs that wait starts first, at most limits.maxPriority. A run is passed by those of a higher priority that were made within a day after it, and by no others. Default: normal"
  }))
}

/** What a priority is worth in line: so many hours of age. */
const headStartHours = 24

const headStart: Readonly<Record<string, number>> = { high: -headStartHours, low: headStartHours }

/**
 * The time by which a run stands in line: its creation, or as if it had been made a day earlier or later. Nobody starves: whatever is made
 * more than a day after a run comes behind it, and the order of two runs never changes with time. RFC 3339, as `createdAt`.
 */
export const lineTimeOf = (createdAt: string, priority: unknown): string => {
  const hours = typeof priority === "string" && Object.hasOwn(headStart, priority) ? headStart[priority] : undefined
  if (hours === undefined) return createdAt
  return Option.match(DateTime.make(createdAt), {
    onNone: () => createdAt,
    onSome: (created) => DateTime.formatIso(DateTime.add(created, { hours })).replace(".000Z", "Z")
  })
}
