/**
 * What an object has to look like to be read: the types of the fields that somebody here reads, and of no others. Whatever an API server, a
 * proxy or a damaged store sends is held to it where it comes in, so that everything behind that door may trust the types. Pure and total.
 */
import { describe } from "@orchestrator/domain/Decode"

/** What is wrong, with the path of the field; undefined: nothing. */
export type Shape = (value: unknown, path: string) => string | undefined

const wrong = (path: string, expected: string, value: unknown): string =>
  `${path === "" ? "the object" : path}: expected ${expected}, found ${describe(value)}`

const simple = (expected: string, fits: (value: unknown) => boolean): Shape => (value, path) =>
  fits(value) ? undefined : wrong(path, expected, value)

const text = simple("text", (value) => typeof value === "string")
const name = simple("a name", (value) => typeof value === "string" && value !== "")
const flag = simple("true or false", (value) => typeof value === "boolean")
const number = simple("a whole number", (value) => Number.isSafeInteger(value))

const listOf = (each: Shape): Shape => (value, path) => {
  if (!Array.isArray(value)) return wrong(path, "a list", value)
  for (const [index, item] of value.entries()) {
    const problem = each(item, `${path}[${index}]`)
    if (problem !== undefined) return problem
  }
  return undefined
}

const isFields = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const texts: Shape = (value, path) => {
  if (!isFields(value)) return wrong(path, "an object of texts", value)
  for (const [key, each] of Object.entries(value)) {
    if (typeof each !== "string") return wrong(`${path}.${key}`, "text", each)
  }
  return undefined
}

/** `needed` must be there; the others may be absent. */
const fields = (needed: Readonly<Record<string, Shape>>, others: Readonly<Record<string, Shape>> = {}): Shape => {
  const all = Object.entries({ ...needed, ...others })
  return (value, path) => {
    if (!isFields(value)) return wrong(path, "an object", value)
    for (const [key, shape] of all) {
      const field: unknown = Reflect.get(value, key)
      if (field === undefined && !Object.hasOwn(needed, key)) continue
      const problem = shape(field, path === "" ? key : `${path}.${key}`)
      if (problem !== undefined) return problem
    }
    return undefined
  }
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

export const configMapShape: Shape = fields({ metadata }, { data: texts, binaryData: texts })

export const eventShape: Shape = fields({ metadata, involvedObject: fields({}, { name: text, uid: text }) }, {
  reason: text,
  message: text
})

export const leaseShape: Shape = fields({ metadata }, {
  spec: fields({}, { holderIdentity: text, leaseDurationSeconds: number, leaseTransitions: number })
})
