/**
 * What became of a run's pull request after the run had ended, as the forge's events tell it: an annotation of the run, from which the
 * controller, the only writer of its status, makes the condition `Merged`.
 */
import { Option, Schema } from "effect"
import type { Condition, ConditionFact } from "./Condition.ts"
import { findCondition } from "./Condition.ts"
import { group } from "./Labels.ts"
import { PullRequestUrl } from "./Reported.ts"

/** Annotation on a run. */
export const pullRequestAnnotation = `${group}/pull-request`

export const PullRequestFact = Schema.Struct({
  url: PullRequestUrl,
  state: Schema.Literals(["open", "closed", "merged"])
})
export type PullRequestFact = typeof PullRequestFact.Type

const Text = Schema.fromJsonString(PullRequestFact)
const decode = Schema.decodeUnknownOption(Text)

export const pullRequestText: (fact: PullRequestFact) => string = Schema.encodeSync(Text)

export const pullRequestIn = (annotations: Readonly<Record<string, string>> = {}): PullRequestFact | undefined =>
  Option.getOrUndefined(decode(annotations[pullRequestAnnotation]))

interface Said {
  readonly conditions?: ReadonlyArray<Condition> | undefined
  readonly pullRequestUrl?: unknown
}

const mergedFact = ({ state, url }: PullRequestFact): ConditionFact => {
  switch (state) {
    case "merged":
      return { type: "Merged", status: "True", reason: "Merged", message: `Merged: ${url}` }
    case "closed":
      return { type: "Merged", status: "False", reason: "Closed", message: `Closed without being merged: ${url}` }
    case "open":
      return { type: "Merged", status: "False", reason: "Open", message: `Not merged yet: ${url}` }
  }
}

/** What the status does not say yet of the pull request; nothing where it says all. */
export const unsaidOf = (fact: PullRequestFact, { conditions, pullRequestUrl }: Said): ReadonlyArray<ConditionFact> => {
  const wanted = mergedFact(fact)
  const now = findCondition(conditions, "Merged")
  const isSaid = fact.state === "open" && now === undefined ||
    now?.reason === wanted.reason && now.message === wanted.message
  return [
    ...(pullRequestUrl === fact.url ? [] : [
      {
        type: "Delivered",
        status: "True",
        reason: "PullRequestOpen",
        message: `Pull request: ${fact.url}`
      } as const
    ]),
    ...(isSaid ? [] : [wanted])
  ]
}
