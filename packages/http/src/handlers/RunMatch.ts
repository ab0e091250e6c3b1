/** Which runs the filters of a request mean. Pure; what a run is shown as is what it is selected by. */
import { parseLabelSelector } from "@orchestrator/domain/LabelSelector"
import type { RunKind } from "@orchestrator/domain/RunKind"
import { messageOf, phaseOf, reasonOf } from "@orchestrator/domain/RunView"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { DateTime, Option, Predicate, Result } from "effect"
import type { RunFilters } from "../contract/RunFilters.ts"

type Test = (run: CustomObject) => boolean

/** A Kubernetes selector of all that are given; undefined: none is. */
export const selectorOf = ({ label }: RunFilters): string | undefined => label?.join(",")

const millisOf = (text: string | undefined): number | undefined =>
  Option.getOrUndefined(Option.map(DateTime.make(text ?? ""), DateTime.toEpochMillis))

const sameText = (left: unknown, right: string): boolean =>
  Predicate.isString(left) && left.toLowerCase() === right.toLowerCase()

/** What a person looks for a run by. */
const searched = {
  spec: ["service", "repositoryUrl", "workingDirectory", "githubUser", "prompt"],
  status: ["branch", "pullRequestUrl"]
}

const textsOf = (run: CustomObject): ReadonlyArray<unknown> => [
  run.metadata.name,
  reasonOf(run),
  messageOf(run),
  ...searched.spec.map((field) => run.spec[field]),
  ...searched.status.map((field) => run.status?.[field])
]

const labelled = (selector: string): Test => {
  const parsed = parseLabelSelector(selector)
  // The contract lets no other selector in.
  return Result.isFailure(parsed) ? () => false : ({ metadata }) => parsed.success(metadata.labels ?? {})
}

const later = (than: string): Test => {
  const since = millisOf(than) ?? Infinity
  return ({ metadata }) => (millisOf(metadata.creationTimestamp) ?? -Infinity) > since
}

const containing = (q: string): Test => {
  const words = q.toLowerCase()
  return (run) => textsOf(run).some((text) => Predicate.isString(text) && text.toLowerCase().includes(words))
}

/** Undefined: there is no filter, and every run is meant. */
export const runMatcher = ({ filters: own }: Pick<RunKind, "filters">, filters: RunFilters): Test | undefined => {
  const { createdAfter, githubUser, phase, q, reason, user } = filters
  const selector = selectorOf(filters)
  const users = [githubUser, user].filter((login) => login !== undefined)
  const tests: ReadonlyArray<Test> = [
    ...(phase === undefined ? [] : [(run: CustomObject) => phaseOf(run) === phase]),
    ...(reason === undefined ? [] : [(run: CustomObject) => reasonOf(run) === reason]),
    ...users.map((login): Test => ({ spec }) => sameText(spec["githubUser"], login)),
    ...(selector === undefined ? [] : [labelled(selector)]),
    ...(createdAfter === undefined ? [] : [later(createdAfter)]),
    ...(q === undefined ? [] : [containing(q)]),
    ...Object.entries(filters).filter(([field]) => Object.hasOwn(own, field)).map(
      ([field, value]): Test => ({ spec }) => spec[field] === value
    )
  ]
  return tests.length === 0 ? undefined : (run) => tests.every((holds) => holds(run))
}
