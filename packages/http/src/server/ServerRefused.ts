/** Why the server does not start, in a sentence that says what to do. */
import { Predicate, Schema } from "effect"

export class ServerRefused extends Schema.TaggedError<ServerRefused>()("ServerRefused", {
  reason: Schema.Literals([
    "NotLoopback",
    "PortInUse",
    "PortForbidden",
    "AddressUnknown",
    "CertificateUnusable",
    "Failed"
  ]),
  message: Schema.String
}) {}

/** What listens, and the key and variable that say where. */
export interface Endpoint {
  readonly host: string
  readonly port: number
  readonly setting: string
}

const codeOf = (cause: unknown): unknown => Predicate.hasProperty(cause, "code") ? cause.code : undefined

/** The meaning of an error of listening. */
export const refusedBy = ({ host, port, setting }: Endpoint, cause: unknown): ServerRefused => {
  switch (codeOf(cause)) {
    case "EADDRINUSE":
      return new ServerRefused({
        reason: "PortInUse",
        message: `Port ${port} on ${host} is in use by another program. Stop that program, or choose another port with `
          + setting
      })
    case "EACCES":
      return new ServerRefused({
        reason: "PortForbidden",
        message: `Not permitted to listen on port ${port}. Choose a port of 1024 or more with ${setting}`
      })
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new ServerRefused({
        reason: "AddressUnknown",
        message: `${host} is not an address of this machine. Set server.host (SERVER_HOST) to 127.0.0.1 or localhost`
      })
    default:
      return new ServerRefused({
        reason: "Failed",
        message: `Cannot listen on ${host}:${port}: ${cause instanceof Error ? cause.message : String(cause)}`
      })
  }
}
