/** The reasons for which the embedded API server refuses, in the words of the real one. */
import type { Kind } from "@orchestrator/k8s/Kinds"
import type { FieldCause, KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"

/** `jobs.batch` */
const resourceOf = (kind: Kind): string => kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`

/** `Job.batch` */
const qualifiedKind = (kind: Kind): string => kind.group === "" ? kind.kind : `${kind.kind}.${kind.group}`

export const notFound = (kind: Kind, name: string): KubernetesErrorReason => ({
  _tag: "NotFound",
  message: `${resourceOf(kind)} "${name}" not found`
})

/** The kind or subresource itself is not served. */
export const notServed: KubernetesErrorReason = {
  _tag: "NotFound",
  message: "the server could not find the requested resource"
}

export const alreadyExists = (kind: Kind, name: string): KubernetesErrorReason => ({
  _tag: "AlreadyExists",
  message: `${resourceOf(kind)} "${name}" already exists`
})

export const conflict = (kind: Kind, name: string, why: string): KubernetesErrorReason => ({
  _tag: "Conflict",
  message: `Operation cannot be fulfilled on ${resourceOf(kind)} "${name}": ${why}`
})

export const modified = (kind: Kind, name: string): KubernetesErrorReason =>
  conflict(kind, name, "the object has been modified; please apply your changes to the latest version and try again")

export const preconditionFailed = (kind: Kind, name: string, what: string, wanted: string, found: string) =>
  conflict(kind, name, `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${found}`)

export const invalid = (kind: Kind, name: string, causes: ReadonlyArray<FieldCause>): KubernetesErrorReason => {
  const lines = causes.map(({ field, message }) => field === "" ? message : `${field}: ${message}`)
  const all = lines.length === 1 ? lines[0] : `[${lines.join(", ")}]`
  return { _tag: "Invalid", message: `${qualifiedKind(kind)} "${name}" is invalid: ${all}`, causes }
}

export const badRequest = (message: string): KubernetesErrorReason => ({ _tag: "BadRequest", message })

export const forbidden = (kind: Kind, name: string, why: string): KubernetesErrorReason => ({
  _tag: "Forbidden",
  message: `${resourceOf(kind)} "${name}" is forbidden: ${why}`
})

export const methodNotAllowed: KubernetesErrorReason = {
  _tag: "MethodNotAllowed",
  message: "the server does not allow this method on the requested resource"
}

export const refused = (status: number, message: string): KubernetesErrorReason => ({
  _tag: "Refused",
  status,
  message
})

export const gone = (requested: string, oldest: number): KubernetesErrorReason => ({
  _tag: "Gone",
  message: `too old resource version: ${requested} (${oldest})`
})
