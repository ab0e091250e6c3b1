/** Refusals as the `Status` object that Kubernetes clients read. The other way round: live/Status. */
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"

/** What the request was about, as far as its path says. */
export interface Subject {
  readonly group?: string | undefined
  readonly plural?: string | undefined
  readonly kind?: string | undefined
  readonly name?: string | undefined
}

const codes: Readonly<Record<KubernetesErrorReason["_tag"], readonly [code: number, reason: string]>> = {
  NotFound: [404, "NotFound"],
  AlreadyExists: [409, "AlreadyExists"],
  Conflict: [409, "Conflict"],
  Gone: [410, "Expired"],
  Invalid: [422, "Invalid"],
  BadRequest: [400, "BadRequest"],
  Unauthorized: [401, "Unauthorized"],
  Forbidden: [403, "Forbidden"],
  MethodNotAllowed: [405, "MethodNotAllowed"],
  Refused: [400, ""],
  TooManyRequests: [429, "TooManyRequests"],
  ServerError: [500, "InternalError"],
  Unreachable: [503, "ServiceUnavailable"],
  Malformed: [500, "InternalError"]
}

const refusedReasons: Readonly<Record<number, string>> = {
  406: "NotAcceptable",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType"
}

export interface StatusObject {
  readonly kind: "Status"
  readonly apiVersion: "v1"
  readonly metadata: object
  readonly status: "Failure" | "Success"
  readonly message?: string
  readonly reason?: string
  readonly details?: object
  readonly code?: number
}

export const codeOf = (reason: KubernetesErrorReason): number =>
  "status" in reason ? reason.status : codes[reason._tag][0]

const nameOf = (reason: KubernetesErrorReason): string =>
  reason._tag === "Refused" ? refusedReasons[reason.status] ?? "BadRequest" : codes[reason._tag][1]

/** Reasons that are about an object, which their details name. */
const aboutObject: ReadonlyArray<KubernetesErrorReason["_tag"]> = [
  "NotFound",
  "AlreadyExists",
  "Conflict",
  "Invalid",
  "Forbidden"
]

/** An object that is Invalid is named by its kind, everything else by its resource; kubectl prints it. */
const detailsOf = (reason: KubernetesErrorReason, subject: Subject): object => {
  const { group, kind, name, plural }: Subject = aboutObject.includes(reason._tag) ? subject : {}
  return {
    ...(name === undefined ? {} : { name }),
    ...(group === undefined || group === "" ? {} : { group }),
    ...(plural === undefined ? {} : { kind: reason._tag === "Invalid" ? kind ?? plural : plural }),
    ...(reason._tag === "Invalid" ? { causes: reason.causes } : {}),
    ...("retryAfterSeconds" in reason ? { retryAfterSeconds: reason.retryAfterSeconds } : {})
  }
}

export const failureStatus = (reason: KubernetesErrorReason, subject: Subject = {}): StatusObject => {
  const details = detailsOf(reason, subject)
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: reason.message,
    reason: nameOf(reason),
    ...(Object.keys(details).length === 0 ? {} : { details }),
    code: codeOf(reason)
  }
}

/** The answer to a delete that left nothing behind. */
export const deletedStatus = ({ group, name, plural }: Subject, uid: string | undefined): StatusObject => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Success",
  details: {
    name,
    ...(group === undefined || group === "" ? {} : { group }),
    kind: plural,
    ...(uid === undefined ? {} : { uid })
  }
})
