/**
 * A line of the API server's audit log with what was sent and answered, cut to what the invariants ask. Its object is what the server stored:
 * nothing here is what a replica believes.
 */
import { reportingController } from "@orchestrator/controller/telemetry/RunEvents"
import { holderAnnotation, ourLabels, retryAnnotation, runUidLabel } from "@orchestrator/domain/Labels"
import { Predicate } from "effect"
import { contextOf, type Life } from "./AuditId.ts"

export interface ObjectFacts {
  readonly uid: string
  readonly version: number
  /** Of a pod: its node has let go of it, or never had it. */
  readonly gone: boolean
  readonly ours: boolean
  readonly finalizers: ReadonlyArray<string>
  /** UIDs. */
  readonly owners: ReadonlyArray<string>
  /** UID of the run that it is, or belongs to. */
  readonly run: string | undefined
  /** Of a Job. */
  readonly attempt: string | undefined
  /** Claims that a pod mounts. */
  readonly claims: ReadonlyArray<string>
  readonly node: string | undefined
  readonly phase: string | undefined
  readonly contextVersion: number | undefined
  readonly attempts: ReadonlyArray<
    { readonly contextVersion: number; readonly retry: number; readonly jobName: string }
  >
  /** Of a Lease. */
  readonly holder: string | undefined
}

export interface AuditEvent {
  readonly user: string
  /** The process that asked, and when its request left it; absent for those that do not go through a proxy. */
  readonly life: Life | undefined
  readonly sentAt: number
  readonly verb: string
  /** `jobs`, `coderuns/status`. */
  readonly resource: string
  readonly namespace: string
  /** Of a list, its selector. */
  readonly name: string
  readonly code: number
  /** Milliseconds since the epoch, with fractions. */
  readonly received: number
  readonly answered: number
  readonly object: ObjectFacts | undefined
  /** Whether the write has a name, version or UID that holds it back. */
  readonly fenced: boolean
  /** Whether the text has what is in a Secret alone. */
  readonly tells: boolean
}

const fieldOf = (value: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>((inner, name) => Predicate.isObject(inner) ? inner[name] : undefined, value)

const textOf = (value: unknown, ...path: ReadonlyArray<string>): string | undefined => {
  const found = fieldOf(value, ...path)
  return typeof found === "string" && found !== "" ? found : undefined
}

const listOf = (value: unknown, ...path: ReadonlyArray<string>): ReadonlyArray<unknown> => {
  const found = fieldOf(value, ...path)
  return Array.isArray(found) ? found : []
}

const textsOf = (values: ReadonlyArray<unknown>): ReadonlyArray<string> =>
  values.filter((each): each is string => typeof each === "string")

const numberOf = (value: unknown): number | undefined => typeof value === "number" ? value : undefined

/** `2026-03-01T10:00:00.123456Z` */
const millis = (time: string): number => {
  const [seconds = "", fraction = "0"] = time.replace("Z", "").split(".")
  return Date.parse(`${seconds}Z`) + Number(`0.${fraction}`) * 1000
}

const runOf = (object: unknown): string | undefined => {
  const kind = textOf(object, "kind")
  if (kind === "CodeRun" || kind === "DocsRun") return textOf(object, "metadata", "uid")
  const owner = listOf(object, "metadata", "ownerReferences").find((each) =>
    /^(Code|Docs)Run$/.test(textOf(each, "kind") ?? "")
  )
  return textOf(object, "metadata", "labels", runUidLabel) ?? textOf(owner, "uid") ??
    textOf(object, "metadata", "annotations", holderAnnotation)
}

const attemptOf = (object: unknown): string | undefined => {
  const run = runOf(object)
  if (textOf(object, "kind") !== "Job" || run === undefined) return undefined
  const version = textOf(object, "metadata", "labels", "context-version")
  return `${run} v${version} r${textOf(object, "metadata", "annotations", retryAnnotation) ?? "0"}`
}

const factsOf = (object: unknown, options: unknown): ObjectFacts | undefined => {
  const uid = textOf(object, "metadata", "uid")
  if (uid === undefined) return undefined
  const finalizers = textsOf(listOf(object, "metadata", "finalizers"))
  const grace = numberOf(fieldOf(object, "metadata", "deletionGracePeriodSeconds"))
  const labels = fieldOf(object, "metadata", "labels")
  return {
    uid,
    version: Number(textOf(object, "metadata", "resourceVersion") ?? 0),
    gone: textOf(object, "kind") === "Pod" && (grace === 0 || fieldOf(options, "gracePeriodSeconds") === 0),
    node: textOf(object, "spec", "nodeName"),
    ours: Object.entries(ourLabels).some(([name, value]) => textOf(labels, name) === value) ||
      textOf(object, "reportingController") === reportingController,
    finalizers,
    owners: textsOf(listOf(object, "metadata", "ownerReferences").map((each) => textOf(each, "uid"))),
    run: runOf(object),
    attempt: attemptOf(object),
    claims: textsOf(
      listOf(object, "spec", "volumes").map((each) => textOf(each, "persistentVolumeClaim", "claimName"))
    ),
    phase: textOf(object, "status", "phase"),
    contextVersion: numberOf(fieldOf(object, "status", "contextVersion")),
    attempts: listOf(object, "status", "attempts").map((each) => ({
      contextVersion: numberOf(fieldOf(each, "contextVersion")) ?? 0,
      retry: numberOf(fieldOf(each, "retry")) ?? 0,
      jobName: textOf(each, "jobName") ?? ""
    })),
    holder: textOf(object, "spec", "holderIdentity")
  }
}

const isFenced = (verb: string, sent: unknown): boolean => {
  switch (verb) {
    case "create":
      return textOf(sent, "metadata", "name") !== undefined
    case "delete":
      return textOf(sent, "preconditions", "uid") !== undefined ||
        textOf(sent, "preconditions", "resourceVersion") !== undefined
    case "patch":
      return Array.isArray(sent)
        ? sent.some((each) => textOf(each, "op") === "test" && textOf(each, "path") === "/metadata/uid")
        : ["uid", "resourceVersion"].some((name) => textOf(sent, "metadata", name) !== undefined)
    default:
      return textOf(sent, "metadata", "resourceVersion") !== undefined
  }
}

/** What a list is of. */
const selectorOf = (uri: string): string => new URLSearchParams(uri.split("?")[1]).get("labelSelector") ?? ""

/** A value that is in a Secret and nowhere else. */
export const plantedSecret = "planted-not-a-real-secret-7f3a"

/** Undefined for what is no line, and for the second line of a watch. */
export const auditEvent = (text: string): AuditEvent | undefined => {
  let line: unknown
  try {
    line = JSON.parse(text)
  } catch {
    // The server died while it wrote.
    return undefined
  }
  const verb = textOf(line, "verb") ?? ""
  if (textOf(line, "stage") !== (verb === "watch" ? "ResponseStarted" : "ResponseComplete")) return undefined
  const code = numberOf(fieldOf(line, "responseStatus", "code")) ?? 0
  const part = ["resource", "subresource"].map((name) => textOf(line, "objectRef", name)).filter(
    Predicate.isNotUndefined
  )
  const sent = fieldOf(line, "requestObject")
  const object = code < 300 ? factsOf(fieldOf(line, "responseObject"), verb === "delete" ? sent : undefined) : undefined
  const received = millis(textOf(line, "requestReceivedTimestamp") ?? "")
  const context = contextOf(textOf(line, "auditID") ?? "")
  return {
    user: textOf(line, "user", "username") ?? "",
    life: context?.life,
    sentAt: context?.sentAt ?? received,
    verb,
    resource: part.join("/"),
    namespace: textOf(line, "objectRef", "namespace") ?? "",
    name: textOf(line, "objectRef", "name") ?? textOf(line, "responseObject", "metadata", "name") ??
      selectorOf(textOf(line, "requestURI") ?? ""),
    code,
    received,
    answered: millis(textOf(line, "stageTimestamp") ?? ""),
    object,
    // What is refused before it is read has no text.
    fenced: sent === undefined && code >= 400 ? true : isFenced(verb, sent),
    tells: text.includes(plantedSecret)
  }
}

const writing = new Set(["create", "update", "patch", "delete", "deletecollection"])

export const isWrite = ({ resource, verb }: AuditEvent): boolean => writing.has(verb) && !resource.endsWith("reviews")

export const isAccepted = (event: AuditEvent): boolean => isWrite(event) && event.code >= 200 && event.code < 300
