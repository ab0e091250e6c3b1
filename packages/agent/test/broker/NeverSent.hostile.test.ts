/** Failures of a connection: what certainly never got to the API costs nothing, and what may have got there does. */
import { assert, it } from "@effect/vitest"
import { HttpClientError, HttpClientRequest } from "effect/http"
import { wasNeverSent } from "../../src/broker/services/ConnectionProblem.ts"

const failed = (message: string, facts: object): Error => Object.assign(new Error(message), facts)
const sent = (cause: unknown) =>
  !wasNeverSent(
    new HttpClientError.HttpClientError({
      reason: new HttpClientError.TransportError({ request: HttpClientRequest.post("https://api.test"), cause })
    })
  )

const refused = failed("connect ECONNREFUSED", { code: "ECONNREFUSED", syscall: "connect" })
const late = failed("connect ETIMEDOUT", { code: "ETIMEDOUT", syscall: "connect" })
const hungUp = failed("socket hang up", { code: "ECONNRESET" })

it.each<readonly [what: string, cause: unknown, sent: boolean]>([
  ["a port where nobody listens", refused, false],
  ["a network policy that drops what it does not let through", late, false],
  [
    "several addresses, none of which answers",
    Object.assign(new AggregateError([late, refused]), { code: "ETIMEDOUT" }),
    false
  ],
  ["a certificate that has expired", failed("certificate has expired", { code: "CERT_HAS_EXPIRED" }), false],
  ["a certificate of another name", failed("altnames", { code: "ERR_TLS_CERT_ALTNAME_INVALID" }), false],
  [
    "a firewall that ends the handshake",
    failed(
      "Client network socket disconnected before secure TLS connection was established",
      { code: "ECONNRESET" }
    ),
    false
  ],
  ["an answer that is awaited too long", failed("read ETIMEDOUT", { code: "ETIMEDOUT", syscall: "read" }), true],
  ["a connection that breaks while the model works", hungUp, true],
  ["several, of which one was connected", new AggregateError([late, hungUp]), true],
  ["no cause at all", undefined, true]
])("%s", (_, cause, expected) => assert.strictEqual(sent(cause), expected))
