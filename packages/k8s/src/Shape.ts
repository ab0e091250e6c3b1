/**
 * What an object has to look like to be read: the types of the fields that somebody here reads, and of no others. Whatever an API server, a
 * proxy or a damaged store sends is held to it where it comes in, so that everything behind that door may trust the types. Pure and total.
 */
import { describe } from "@orchestrator/domain/Decode"

interface Problem {
  /** From the value that was looked at: `.metadata.name`. Put together only where something is wrong. */
  readonly path: string
  readonly what: string
}

export type Shape = (value: unknown) => Problem | undefined

const wrong = (expected: string, value: unknown): Problem => ({
  path: "",
  what: `expected ${expected}, found ${describe(value)}`
})

const within = (step: string, { path, what }: Problem): Problem => ({ path: `${step}${path}`, what })

const simple = (expected: string, fits: (value: unknown) => boolean): Shape => (value) =>
  fits(value) ? undefined : wrong(expected, value)

/** By itself: it is asked a thousand times a run. */
const text: Shape = (value) => typeof value === "string" ? undefined : wrong("text", value)
const name = simple("a name", (value) => typeof value === "string" && value !== "")
const flag = simple("true or false", (value) => typeof value === "boolean")
const number = simple("a whole number", (value) => Number.isSafeInteger(value))

const listOf = (each: Shape): Shape => (value) => {
  if (!Array.isArray(value)) return wrong("a list", value)
  for (let index = 0; index < value.length; index++) {
    const problem = each(value[index])
    if (problem !== undefined) return within(`[${index}]`, problem)
  }
  return undefined
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const texts: Shape = (value) => {
  if (!isFields(value)) return wrong("an object of texts", value)
  for (const key in value) {
    const problem = text(value[key])
    if (problem !== undefined) return within(`.${key}`, problem)
  }
  return undefined
}

/** `needed` must be there; the others may be absent. */
const fields = (needed: Readonly<Record<string, Shape>>, others: Readonly<Record<string, Shape>> = {}): Shape => {
  const all = Object.entries({ ...needed, ...others })
    .map(([key, shape]) => ({ key, shape, isNeeded: Object.hasOwn(needed, key) }))
  return (value) => {
    if (!isFields(value)) return wrong("an object", value)
    for (const { isNeeded, key, shape } of all) {
      const field = value[key]
      if (field === undefined && !isNeeded) continue
      const problem = shape(field)
      if (problem !== undefined) return within(`.${key}`, problem)
    }
    return undefined
  }
}

/** What is wrong, with the path of the field; undefined: nothing. */
export const problemOf = (shape: Shape, object: unknown): string | undefined => {
  const problem = shape(object)
  return problem && `${problem.path === "" ? "the object" : problem.path.slice(1)}: ${problem.what}`
}

const metadata = fields({ name }, {
  namespace: text,
  uid: text,
  resourceVersion: text,
  generation: number,
  creationTimestamp: text,
  deletionTimestamp: text,
  finalizers: listOf(text),
  labels: texts,
  annotations: texts,
  ownerReferences: listOf(fields({ kind: text, name: text, uid: text }))
})

const conditions = listOf(
  fields({ type: text, status: text }, { reason: text, message: text, lastTransitionTime: text })
)

const container = fields({ name: text }, { env: listOf(fields({ name: text }, { value: text })) })

const podSpec = fields({ containers: listOf(container) }, {
  initContainers: listOf(container),
  volumes: listOf(fields({ name: text }, {
    configMap: fields({}, { name: text }),
    persistentVolumeClaim: fields({ claimName: text })
  }))
})

const containerState = fields({}, {
  waiting: fields({}, { reason: text, message: text }),
  running: fields({}, { startedAt: text }),
  terminated: fields({ exitCode: number }, { reason: text, message: text, startedAt: text, finishedAt: text })
})

const containerStatuses = listOf(
  fields({ name: text }, { ready: flag, restartCount: number, state: containerState, lastState: containerState })
)

/** Of every kind; a run's spec and status are read by a decoder that says what is wrong in the run's own status. */
export const objectShape: Shape = fields({ metadata })

export const jobShape: Shape = fields({
  metadata,
  spec: fields({ template: fields({ spec: podSpec }) }, { suspend: flag })
}, {
  status: fields({}, { conditions })
})

export const podShape: Shape = fields({ metadata, spec: podSpec }, {
  status: fields({}, {
    phase: text,
    message: text,
    conditions,
    containerStatuses,
    initContainerStatuses: containerStatuses
  })
})

export const workloadShape: Shape = fields({ metadata }, { status: fields({}, { conditions }) })

export const configMapShape: Shape = fields({ metadata }, { data: texts, binaryData: texts })

export const eventShape: Shape = fields({ metadata, involvedObject: fields({}, { name: text, uid: text }) }, {
  reason: text,
  message: text
})

export const leaseShape: Shape = fields({ metadata }, {
  spec: fields({}, { holderIdentity: text, leaseDurationSeconds: number, leaseTransitions: number })
})
