/** Kueue, to which a cluster may leave who starts when: which LocalQueue a run goes to, and the names of Kueue's that we write or read. */
import { Schema } from "effect"
import type { FieldProblem } from "./Decode.ts"
import { or } from "./Default.ts"
import { sanitize } from "./Names.ts"
import { Priority } from "./Scheduling.ts"
import { rule } from "./SpecText.ts"

/** On a Job: its LocalQueue. */
export const queueLabel = "kueue.x-k8s.io/queue-name"
/** On a Job: its WorkloadPriorityClass. */
export const priorityClassLabel = "kueue.x-k8s.io/priority-class"

const queueName = Schema.String.check(
  rule(
    "the name of a LocalQueue, or nothing",
    (text) => text === "" || /^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/.test(text)
  )
)

const className = Schema.String.check(
  rule("the name of a WorkloadPriorityClass", (text) => /^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/.test(text))
)

export const KueueConfig = Schema.Struct({
  /** LocalQueue of the namespace that Jobs go to. Empty: there is no Kueue, and `limits` say how many runs work at the same time. */
  queueName: or(queueName, ""),
  /** What a run's LocalQueue is named after instead, where it has that: in lower case, with dashes for what a name cannot have. */
  localQueueFrom: or(Schema.Literals(["", "githubUser", "service"]), ""),
  /** Names of WorkloadPriorityClasses, by `spec.priority`; a run of a priority that is not here has none. */
  priorityClasses: or(
    Schema.Record(Schema.String, className).check(
      rule<Readonly<Record<string, string>>>(
        "keys of low, normal and high",
        (classes) => Object.keys(classes).every(Schema.is(Priority))
      )
    ),
    {}
  )
})
export type KueueConfig = typeof KueueConfig.Type

/** Whether Kueue decides which Jobs run. */
export const usesKueue = ({ queueName }: KueueConfig): boolean => queueName !== ""

/** The LocalQueue of a run; undefined where there is no Kueue. */
export const localQueueOf = (
  { localQueueFrom, queueName }: KueueConfig,
  run: { readonly githubUser?: string | undefined; readonly service?: string | undefined }
): string | undefined => {
  if (queueName === "") return undefined
  const from = localQueueFrom === "" ? undefined : run[localQueueFrom]
  return from === undefined ? queueName : sanitize(from).slice(0, 63).replace(/-+$/, "")
}

/** The WorkloadPriorityClass of a run in a queue; undefined: it names none. */
export const priorityClassOf = ({ priorityClasses }: KueueConfig, priority: Priority): string | undefined =>
  priorityClasses[priority]

/** Not every run has what its queue is named after. */
export const kueueProblems = ({ localQueueFrom, queueName }: KueueConfig): ReadonlyArray<FieldProblem> =>
  localQueueFrom === "" || queueName !== "" ? [] : [{
    path: "kueue.queueName",
    expected: `the LocalQueue of runs without a ${localQueueFrom} (kueue.localQueueFrom)`,
    found: "nothing"
  }]
