/** What the cluster has against a Job or its pods, in words for a status: what it is, what the server said, what to do. Pure. */
import { printable } from "@orchestrator/domain/Printable"
import type { RefusedObject } from "../facts/Feedback.ts"

export interface Refusal {
  readonly reason: "QuotaExceeded" | "PodSecurity" | "LimitRange" | "Refused"
  readonly message: string
}

const kinds: ReadonlyArray<readonly [words: RegExp, reason: Refusal["reason"], next: string]> = [
  [
    /exceeded quota|failed quota/,
    "QuotaExceeded",
    "Raise the namespace's ResourceQuota, or wait for other runs to end."
  ],
  [/violates PodSecurity/, "PodSecurity", "Set the namespace's Pod Security level to restricted or a weaker one."],
  [
    /(maximum|minimum) .* per (Container|Pod)|LimitRange/i,
    "LimitRange",
    "Change agent.resources or the namespace's LimitRange."
  ]
]

/** The names of objects in front of the words change from try to try. */
const wordsOf = (said: string): string =>
  printable(printable(said).replace(/^.*? is (forbidden|invalid): /, ""), { max: 512 }).replace(/\.$/, "")

export const explainRefusal = (what: RefusedObject | "pod", said: string): Refusal => {
  const [, reason, next] = kinds.find(([words]) => words.test(said)) ??
    [undefined, "Refused" as const, "Check the orchestrator's permissions and the namespace's policies."]
  return { reason, message: `The cluster rejected the run's ${what}: ${wordsOf(said)}. ${next}` }
}
