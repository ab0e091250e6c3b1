/** Why a request over http did not get through, in words that a person can do something with. */
import type { HttpClientError } from "effect/http"

const untrusted = /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+)$/

const advice = (code: string): string =>
  untrusted.test(code)
    ? "; put the certificate of its authority into agent.broker.caCertificates"
    : code === "ENOTFOUND" || code === "EAI_AGAIN"
    ? "; check the address, and the DNS of the cluster"
    : ""

const unreachable = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/
/** Other certificates that are not taken: expired, revoked, of another name. */
const badCertificate = /^(?:ERR_TLS_)?CERT_\w+$/

/** No connection was made, or none that is secure: nothing is written before. Of several addresses, to none of them. */
const notConnected = (cause: unknown): boolean => {
  if (!(cause instanceof Error)) return false
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(notConnected)
  const code = "code" in cause ? String(cause.code) : ""
  return unreachable.test(code) || untrusted.test(code) || badCertificate.test(code)
    || ("syscall" in cause && cause.syscall === "connect")
    || /before secure TLS connection was established/.test(cause.message)
}

/** Whether a request certainly did not get to the other side. */
export const wasNeverSent = ({ reason }: HttpClientError.HttpClientError): boolean =>
  reason._tag === "TransportError" && notConnected(reason.cause)

/** The cause with its code, where there is one, and what to do about it. */
export const connectionProblem = ({ reason }: HttpClientError.HttpClientError): string => {
  const cause = reason._tag === "TransportError" ? reason.cause : undefined
  if (!(cause instanceof Error)) return reason._tag
  const code = "code" in cause ? String(cause.code) : ""
  const words = cause.message === "" ? reason._tag : cause.message
  return `${words}${code === "" ? "" : ` (${code})`}${advice(code)}`
}
