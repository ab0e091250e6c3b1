/** The end of a log. Forges keep logs elsewhere and send on to there, with an address that needs no token and gets none. */
import { Effect, Redacted, Stream } from "effect"
import { type HttpClient, HttpClientRequest } from "effect/http"
import type { ForgeOptions } from "../ForgeAdapter.ts"
import { ForgeError } from "../ForgeError.ts"

const mostBytes = 32 * 1024

/** Logs that are read: each is a request and perhaps a large answer. */
const mostLogs = 5

const lastOf = (bytes: Stream.Stream<Uint8Array, unknown>) =>
  Stream.runFold(
    bytes,
    () => Buffer.alloc(0),
    (kept: Buffer, chunk) => Buffer.concat([kept, chunk]).subarray(-mostBytes)
  )

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

export const logTail = ({ api, client, token }: ForgeOptions) => (path: string): Effect.Effect<string, ForgeError> => {
  const failed = (words: string) =>
    new ForgeError({ operation: "read the log at", ref: path, reason: { _tag: "Unavailable", words } })
  const get = (http: HttpClient.HttpClient, url: string, headers: Readonly<Record<string, string>>) =>
    http.execute(HttpClientRequest.get(url, { headers: { "user-agent": "orchestrator", ...headers } }))
  return Effect.gen(function*() {
    const secret = yield* token
    const first = yield* get(
      client,
      `${api}${path}`,
      secret === undefined ? {} : { authorization: `Bearer ${Redacted.value(secret)}` }
    )
    const place = isRedirect(first.status) ? URL.parse(first.headers["location"] ?? "") : undefined
    if (place !== undefined && place?.protocol !== "https:") return yield* failed("it is kept at no https address")
    const response = place === undefined || place === null ? first : yield* get(client, place.href, {})
    if (response.status !== 200) return yield* failed(`${response.status}`)
    const bytes = yield* lastOf(response.stream)
    return bytes.toString("utf8").replace(/^\uFFFD+/, "")
  }).pipe(
    Effect.timeout("30 seconds"),
    Effect.mapError((error) => error instanceof ForgeError ? error : failed("no answer"))
  )
}

/** The ends of the first few logs, by the ids of their jobs. */
export const logsOf = (
  ids: ReadonlyArray<number>,
  tailOf: (id: number) => Effect.Effect<string>
): Effect.Effect<ReadonlyMap<number, string>> =>
  Effect.map(
    Effect.forEach(ids.slice(0, mostLogs), (id) => Effect.map(tailOf(id), (log) => [id, log] as const)),
    (logs) => new Map(logs)
  )
