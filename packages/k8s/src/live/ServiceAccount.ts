/**
 * Access to the cluster that this pod runs in, by its service account, where kubectl would find no kubeconfig either. client-node would find the
 * same, and is not loaded for it.
 */
import { Config, Effect, FileSystem, Option } from "effect"
import { isIPv6 } from "node:net"
import { type Access, ConnectionError } from "./Access.ts"

const folder = "/var/run/secrets/kubernetes.io/serviceaccount"
export const tokenFile = `${folder}/token`
export const authorityFile = `${folder}/ca.crt`

const environment = Config.all({
  kubeconfig: Config.option(Config.NonEmptyString("KUBECONFIG")),
  home: Config.option(Config.NonEmptyString("HOME")),
  host: Config.option(Config.NonEmptyString("KUBERNETES_SERVICE_HOST")),
  port: Config.option(Config.NonEmptyString("KUBERNETES_SERVICE_PORT"))
})

/** Ports of an API server that speaks plain HTTP, as client libraries have it. */
const plainPorts = new Set(["80", "8080", "8001"])

const serverOf = (host: string, port: string): string =>
  `${plainPorts.has(port) ? "http" : "https"}://${isIPv6(host) ? `[${host}]` : host}:${port}`

/** Undefined: there is a kubeconfig, or this is no pod with a service account. Both files are replaced while we run: they are read each time. */
export const fromServiceAccount = Effect.gen(function*() {
  const files = yield* FileSystem.FileSystem
  const { home, host, kubeconfig, port } = yield* environment
  if (Option.isSome(kubeconfig) || Option.isNone(host) || Option.isNone(port)) return undefined
  const isThere = (path: string) => Effect.orElseSucceed(files.exists(path), () => false)
  if (Option.isSome(home) && (yield* isThere(`${home.value}/.kube/config`))) return undefined
  if (!(yield* isThere(tokenFile))) return undefined
  const read = (path: string) =>
    Effect.mapError(
      files.readFileString(path),
      ({ message }) => new ConnectionError({ message: `expected the pod's service account in ${path}: ${message}` })
    )
  const access: Access = {
    server: serverOf(host.value, port.value),
    credentials: Effect.gen(function*() {
      const [token, ca] = yield* Effect.all([read(tokenFile), read(authorityFile)])
      return { headers: { authorization: `Bearer ${token.trim()}` }, trust: { ca } }
    }),
    forget: Effect.void
  }
  return access
}).pipe(Effect.mapError((error) => new ConnectionError({ message: error.message })))
