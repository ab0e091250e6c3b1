/**
 * Asks a host which forge it is, once, as anybody may: without a token, without following where it sends on, and believing of its answer
 * no more than its kind. Where its API is, is the usual place of that kind at that host.
 */
import { Effect, Schedule } from "effect"
import { type HttpClient, HttpClientRequest } from "effect/http"
import type { ForgeKind, KnownForge } from "./ForgeKind.ts"
import { forgeKinds } from "./Forges.ts"
import { boundedText } from "./rest/BoundedText.ts"

/** What a sign is found in is short. */
const mostBytes = 64 * 1024

/** Whoever stands before a server that is just starting says no more than that. */
const isBusy = (status: number): boolean => [429, 502, 503, 504].includes(status)

const againSchedule = Schedule.spaced("1 second").pipe(Schedule.upTo({ times: 2 }))

/** `origin`: scheme and host. */
const hasSign = (client: HttpClient.HttpClient, origin: string, { sign }: ForgeKind): Effect.Effect<boolean> =>
  sign === undefined
    ? Effect.succeed(false)
    : client.execute(HttpClientRequest.get(`${origin}${sign.path}`, {
      headers: { accept: "application/json", "user-agent": "orchestrator" }
    })).pipe(
      Effect.flatMap((response) =>
        Effect.map(
          boundedText(response, mostBytes),
          (text) => ({ status: response.status, headers: response.headers, text })
        )
      ),
      Effect.filterOrFail(({ status }) => !isBusy(status), () => "busy" as const),
      Effect.map(sign.fits),
      Effect.timeout("5 seconds"),
      Effect.retry({ schedule: againSchedule, while: (error) => error === "busy" }),
      Effect.orElseSucceed(() => false)
    )

/** One that shows the signs of two kinds is taken for neither. */
export const askHost = Effect.fn("AskHost.ask")(
  function*(client: HttpClient.HttpClient, scheme: string, host: string): Effect.fn.Return<KnownForge | undefined> {
    const origin = `${scheme}://${host}`
    const signs = yield* Effect.forEach(
      forgeKinds,
      (kind) => Effect.map(hasSign(client, origin, kind), (has) => has ? [kind] : []),
      { concurrency: "unbounded" }
    )
    const found = signs.flat()
    const [kind] = found
    if (kind === undefined || found.length > 1) {
      yield* Effect.log(`${host} is no forge that is known: name it in forge.hosts if it is one`)
      return undefined
    }
    yield* Effect.log(`${host} says that it is ${kind.name}`)
    return { kind, api: kind.apiOf(host).replace(/^https:/, `${scheme}:`) }
  }
)
