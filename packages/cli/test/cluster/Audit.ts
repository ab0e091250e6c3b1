/** What the API server was asked, from its audit log. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs"
import { join } from "node:path"
import { controlPlane } from "./ControlPlane.ts"

export interface Asked {
  readonly user: string
  readonly agent: string
  readonly verb: string
  /** `jobs`, `coderuns/status`. */
  readonly resource: string
  readonly namespace: string
  readonly name: string
  readonly code: number
  /** Whether it asks for everything there is: a list, or a watch that begins with one. */
  readonly all: boolean
  /** When it was answered, in milliseconds since the epoch. */
  readonly at: number
}

interface AuditLine {
  readonly verb: string
  readonly stage: string
  readonly requestURI: string
  readonly user: { readonly username: string }
  readonly userAgent?: string
  readonly objectRef?: {
    readonly resource?: string
    readonly subresource?: string
    readonly namespace?: string
    readonly name?: string
  }
  readonly responseStatus?: { readonly code?: number }
  readonly stageTimestamp: string
}

const askedOf = (
  { objectRef = {}, requestURI, responseStatus, stageTimestamp, user, userAgent, verb }: AuditLine
): Asked => ({
  user: user.username,
  agent: userAgent ?? "",
  verb,
  resource: [objectRef.resource, objectRef.subresource].filter((part) => part !== undefined).join("/"),
  namespace: objectRef.namespace ?? "",
  name: objectRef.name ?? "",
  code: responseStatus?.code ?? 0,
  all: verb === "list" || requestURI.includes("sendInitialEvents=true"),
  at: Date.parse(stageTimestamp)
})

/** A watch is told when it begins, and again when it ends. */
const endsWatch = ({ responseStatus, stage, verb }: AuditLine) =>
  verb === "watch" && stage === "ResponseComplete" && responseStatus?.code === 200

const read = (line: string): ReadonlyArray<Asked> => {
  try {
    const found: AuditLine = JSON.parse(line)
    return endsWatch(found) ? [] : [askedOf(found)]
  } catch {
    return []
  }
}

/** Requests of these users since the log had this size, in the order of their answers. */
export const askedSince = (size: number, users: ReadonlyArray<string>): ReadonlyArray<Asked> => {
  const file = openSync(join(controlPlane().folder, "audit.log"), "r")
  const bytes = Buffer.alloc(fstatSync(file).size - size)
  readSync(file, bytes, 0, bytes.length, size)
  closeSync(file)
  return bytes.toString("utf8").split("\n")
    .filter((line) => users.some((user) => line.includes(`"username":"${user}"`)))
    .flatMap(read)
}

export const auditSize = (): number => {
  const file = openSync(join(controlPlane().folder, "audit.log"), "r")
  const { size } = fstatSync(file)
  closeSync(file)
  return size
}

const writes = new Set(["create", "update", "patch", "delete", "deletecollection"])

/** Writes that took effect, without those of the leader election, and without questions of what one may do. */
export const acceptedWrites = (asked: ReadonlyArray<Asked>): ReadonlyArray<Asked> =>
  asked.filter(({ code, resource, verb }) =>
    writes.has(verb) && resource !== "leases" && !resource.endsWith("reviews") && code >= 200 && code < 300
  )

/** `create jobs`, in the order in which they were answered. */
export const named = (asked: ReadonlyArray<Asked>): ReadonlyArray<string> =>
  asked.map(({ resource, verb }) => `${verb} ${resource}`)
