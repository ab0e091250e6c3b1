/** Readiness probes by HTTP: a container that has one is ready only while it answers. */
import type { Container } from "@orchestrator/k8s/Objects"
import { Duration, Effect, Schedule } from "effect"
import { request as plain, type RequestOptions } from "node:http"
import { request as secure } from "node:https"

/** The status of the answer; 0 when there is none in time. Certificates are not looked at, as kubelets do not either. */
const statusOf = (options: RequestOptions, tls: boolean) =>
  Effect.callback<number>((resume) => {
    const asked = (tls ? secure : plain)({ ...options, agent: false, ...(tls ? { rejectUnauthorized: false } : {}) })
    const say = (status: number) => {
      resume(Effect.succeed(status))
      asked.destroy()
    }
    asked.once("response", ({ statusCode = 0 }) => say(statusCode))
    asked.once("error", () => say(0))
    asked.once("timeout", () => say(0))
    asked.end()
    return Effect.sync(() => asked.destroy())
  })

const portOf = ({ ports = [] }: Container, port: number | string): number =>
  typeof port === "number" ? port : ports.find(({ name }) => name === port)?.containerPort ?? Number(port)

/** Tells what the container's probe says, until interrupted; undefined when it has none that is played. One late answer is no news. */
export const readiness = (
  container: Container,
  address: string,
  tell: (ready: boolean) => Effect.Effect<void>
): Effect.Effect<unknown> | undefined => {
  const { failureThreshold = 3, httpGet, periodSeconds = 10, timeoutSeconds = 1 } = container.readinessProbe ?? {}
  if (httpGet === undefined) return undefined
  const { path = "/", port, scheme } = httpGet
  const asked = { host: address, port: portOf(container, port), path, timeout: timeoutSeconds * 1000 }
  let failures = 0
  return statusOf(asked, scheme === "HTTPS").pipe(
    Effect.flatMap((status) => {
      const answered = status >= 200 && status < 400
      failures = answered ? 0 : failures + 1
      return answered || failures >= failureThreshold ? tell(answered) : Effect.void
    }),
    Effect.repeat(Schedule.spaced(Duration.seconds(periodSeconds)))
  )
}
