/** What the API server was asked and when, to the microsecond, from its audit log: one clock for all that is compared. */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs"
import { join } from "node:path"
import type { Plane } from "./Plane.ts"

export interface Asked {
  readonly user: string
  readonly verb: string
  /** `jobs`, `coderuns/status`. */
  readonly resource: string
  readonly name: string
  readonly code: number
  /** Milliseconds since the epoch, with fractions. */
  readonly received: number
  readonly answered: number
}

interface AuditLine {
  readonly stage: string
  readonly verb: string
  readonly user: { readonly username: string }
  readonly objectRef?: {
    readonly resource?: string
    readonly subresource?: string
    readonly name?: string
  }
  readonly responseStatus?: { readonly code?: number }
  readonly requestReceivedTimestamp: string
  readonly stageTimestamp: string
}

/** `2026-03-01T10:00:00.123456Z` */
const millis = (time: string): number => {
  const [seconds = "", fraction = "0"] = time.replace("Z", "").split(".")
  return Date.parse(`${seconds}Z`) + Number(`0.${fraction}`) * 1000
}

const askedOf = (
  { objectRef = {}, requestReceivedTimestamp, responseStatus, stageTimestamp, user, verb }: AuditLine
): Asked => ({
  user: user.username,
  verb,
  resource: [objectRef.resource, objectRef.subresource].filter((part) => part !== undefined).join("/"),
  name: objectRef.name ?? "",
  code: responseStatus?.code ?? 0,
  received: millis(requestReceivedTimestamp),
  answered: millis(stageTimestamp)
})

/** A watch counts when it begins, everything else when it is answered. */
const counts = ({ stage, verb }: AuditLine) => stage === (verb === "watch" ? "ResponseStarted" : "ResponseComplete")

const file = ({ folder }: Plane) => join(folder, "audit.log")

/** Where the log ends now. */
export const auditEnd = (plane: Plane): number => statSync(file(plane)).size

const chunkBytes = 64 * 1024 * 1024

/** Requests since the log had this size that concern the namespace, in the order in which they were answered. */
export const askedSince = (plane: Plane, begin: number, namespace: string): ReadonlyArray<Asked> => {
  const log = openSync(file(plane), "r")
  const end = fstatSync(log).size
  const asked: Array<Asked> = []
  let rest = ""
  for (let at = begin; at < end; at += chunkBytes) {
    const bytes = Buffer.alloc(Math.min(chunkBytes, end - at))
    readSync(log, bytes, 0, bytes.length, at)
    const lines = `${rest}${bytes.toString("utf8")}`.split("\n")
    rest = lines.pop() ?? ""
    for (const text of lines) {
      if (!text.includes(`"namespace":"${namespace}"`)) continue
      const line: AuditLine = JSON.parse(text)
      if (counts(line)) asked.push(askedOf(line))
    }
  }
  closeSync(log)
  return asked
}

const isWrite = ({ resource, verb }: Asked): boolean =>
  resource !== "leases" && ["create", "update", "patch", "delete"].includes(verb)

const isRead = ({ resource, verb }: Asked): boolean => resource !== "leases" && ["get", "list"].includes(verb)

/** `6.00 writes a run (1.00 create jobs, ...), 0.000 reads a run (...)`, of one user. */
export const formatRequests = (asked: ReadonlyArray<Asked>, user: string, runs: number): string => {
  const own = asked.filter((each) => each.user === user)
  const share = (count: number, digits: number) => (count / runs).toFixed(digits)
  const part = (what: string, is: (asked: Asked) => boolean, digits: number) => {
    const found = own.filter(is)
    const kinds = [...Map.groupBy(found, ({ resource, verb }) => `${verb} ${resource}`)]
      .map(([name, { length }]) => `${share(length, digits)} ${name}`)
    return `${share(found.length, digits)} ${what} a run${kinds.length === 0 ? "" : ` (${kinds.join(", ")})`}`
  }
  return `${part("writes", isWrite, 2)}, ${part("reads", isRead, 3)}`
}
