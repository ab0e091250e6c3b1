import type { Obstacle } from "../../facts/Observed.ts"
import type { Rule } from "../Rule.ts"
import type { NotStarted } from "../Stage.ts"
import { ended, waiting } from "../Status.ts"

/**
 * The runs that this one depends on come first; one that did not succeed, or this run itself, can never come. All that it waits for are named
 * until the last has succeeded: a status does not change with each.
 */
export const waitingForDependencies: Rule<NotStarted> = (stage) => {
  const { obstacle, run, spec } = stage
  if (obstacle === undefined || run.attempt.retry > 0) return undefined
  switch (obstacle.tag) {
    case "failed":
      return ended(stage, {
        reason: "DependencyFailed",
        message: `The run depends on ${obstacle.name}, which has ${
          ending[obstacle.phase]
        }. Once it has succeeded, raise spec.contextVersion.`
      })
    case "cycle":
      return ended(stage, {
        reason: "DependencyFailed",
        message: `The run depends on itself: ${list(obstacle.path, " -> ")}. Change spec.dependsOn of one of them.`
      })
    case "missing":
      return waiting(
        stage,
        "WaitingForDependencies",
        spec.dependsOn.length > 1
          ? `Waiting for ${list(spec.dependsOn, ", ")} to succeed; not all of them exist in this namespace.`
          : `Waiting for ${list(spec.dependsOn, ", ")}, named in spec.dependsOn but not found in this namespace.`
      )
    case "unfinished":
      return waiting(stage, "WaitingForDependencies", `Waiting for ${list(spec.dependsOn, ", ")} to succeed.`)
    case "unmerged":
      return waiting(
        stage,
        "WaitingForDependencies",
        `Waiting for the pull requests of ${list(spec.dependsOn, ", ")} to be merged.`
      )
  }
}

const ending: Readonly<Record<Extract<Obstacle, { tag: "failed" }>["phase"], string>> = {
  Failed: "failed",
  Cancelled: "been cancelled"
}

const shown = 10

const list = (names: ReadonlyArray<string>, between: string): string =>
  names.length <= shown
    ? names.join(between)
    : `${names.slice(0, shown).join(between)}${between}${names.length - shown} more`
