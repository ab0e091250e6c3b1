/**
 * Where the pod's broker is. It starts beside the agent's container and says so in a file, so the runner waits for that file, and not
 * for ever.
 */
import { forgeCredentialNames } from "@orchestrator/domain/PodEnvironment"
import { Duration, Effect, FileSystem, Option, Schedule, Schema } from "effect"
import type { AgentCli } from "../../agents/AgentCli.ts"
import { Endpoint } from "../../pod/Endpoint.ts"
import type { Environment } from "../../pod/Environment.ts"
import { setupFailed } from "../../pod/RunFailure.ts"

export type { Endpoint }

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Endpoint))

/** Reads the file as soon as it is there. */
export const awaitEndpoint = Effect.fn("Endpoint.await")(function*(file: string, seconds: number) {
  const fs = yield* FileSystem.FileSystem
  const announce = Effect.log(`waiting for the broker (${file})`).pipe(
    Effect.delay("2 seconds"),
    Effect.repeat(Schedule.spaced("10 seconds")),
    Effect.andThen(Effect.never)
  )
  const found = yield* fs.readFileString(file).pipe(
    Effect.flatMap(decode),
    Effect.retry(Schedule.spaced("50 millis")),
    Effect.orDie,
    Effect.raceFirst(announce),
    Effect.timeoutOption(Duration.seconds(seconds))
  )
  if (Option.isSome(found)) return found.value
  return yield* (yield* fs.exists(file).pipe(Effect.orElseSucceed(() => false)))
    ? setupFailed(`${file} does not name a broker: expected {"url", "token"}; see the log of the container broker`)
    : setupFailed(`there is no broker after ${seconds} s: ${file} is missing; see the log of the container broker`)
})

/** What a git of the agent's container sends to the broker. */
export const basicCredentials = ({ token }: Endpoint): string => Buffer.from(`run:${token}`).toString("base64")

const isProxy = /^(?:https?|all)_proxy$/i

/** The same environment with the broker in place of every way to a model or a forge. Loopback is never asked of a proxy. */
export const brokered = (environment: Environment, endpoint: Endpoint, agent: AgentCli): Environment => {
  const rest = Object.fromEntries(
    Object.entries(environment).filter(([name]) => !agent.reachesModel(name) && !forgeCredentialNames.has(name))
  )
  const direct = [environment["NO_PROXY"] ?? environment["no_proxy"], "127.0.0.1", "localhost"].filter(Boolean).join()
  return {
    ...rest,
    ...(Object.keys(rest).some((name) => isProxy.test(name)) ? { NO_PROXY: direct, no_proxy: direct } : {}),
    ...agent.throughBroker(endpoint)
  }
}
