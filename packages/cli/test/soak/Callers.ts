/** Programs that use the HTTP API of whichever replica answers, and try again as its answers say, as the client does. What they should never be answered is kept. */
import { waitBefore } from "@orchestrator/client/Unavailable"
import { retryAfterIn } from "@orchestrator/domain/RetryAfter"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Clock, Effect, Random } from "effect"
import type { Place } from "../chaos/Replicas.ts"

export interface Call {
  readonly method?: "GET" | "POST"
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

interface Answer {
  readonly status: number
  readonly text: string
  readonly retryAfter?: string | undefined
}

const seconds = 10
/** Of waits that grow to 15 seconds: longer than any outage of the hour. */
const tries = 40

const addressOf = (place: Place): string | undefined =>
  place.process().alive ? /"url":"(http:[^"]+)"/.exec(place.process().log)?.[1] : undefined

/** Nobody answers, there is no room, or somebody else has changed the run meanwhile: not yet. */
const isPassing = ({ status, text }: Answer) =>
  status === 0 || status === 429 || status === 503 || (status === 409 && text.includes("problem:run-changed"))

/** What may be answered to somebody who comes too late. */
const isTooLate = ({ status, text }: Answer) =>
  status === 404 || (status === 409 && /problem:run-(?:not-)?finished/.test(text))

export const makeCallers = (places: ReadonlyArray<Place>, token: string) => {
  const counts = new Map<number, number>()
  const odd: Array<string> = []
  let turn = 0

  const once = async ({ body, headers, method = "POST", path }: Call): Promise<Answer> => {
    const addresses = places.flatMap((place) => addressOf(place) ?? [])
    const address = addresses[turn++ % addresses.length]
    if (address === undefined) return { status: 0, text: "no replica" }
    try {
      const answer = await fetch(`${address}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers
        },
        signal: AbortSignal.timeout(seconds * 1000),
        ...(body === undefined ? {} : { body })
      })
      const retryAfter = answer.headers.get("retry-after") ?? undefined
      const found = { status: answer.status, text: await answer.text(), retryAfter }
      if (found.status === 503 && retryAfter === undefined) odd.push(`${method} ${path}: 503 without Retry-After`)
      counts.set(found.status, (counts.get(found.status) ?? 0) + 1)
      if (found.status >= 500 && found.status !== 503) odd.push(`${method} ${path}: ${found.status} ${found.text}`)
      return found
    } catch (error) {
      return { status: 0, text: String(error) }
    }
  }

  /** The answer that counts: of somebody who is there and has time. */
  const ask = Effect.fnUntraced(function*(call: Call) {
    let answer = yield* Effect.promise(() => once(call))
    for (let index = 0; index < tries && isPassing(answer); index++) {
      const asked = retryAfterIn(answer.retryAfter, yield* Clock.currentTimeMillis)
      yield* Effect.sleep(waitBefore(index, asked, yield* Random.next))
      answer = yield* Effect.promise(() => once(call))
    }
    if (answer.status === 0 || (answer.status >= 400 && !isTooLate(answer))) {
      odd.push(`${call.path} at last: ${answer.status} ${answer.text}`)
    }
    return answer
  })

  const runs = (namespace: string) => `/namespaces/${namespace}/api/v1/code-runs`
  return {
    ask,
    /** Once, whatever comes of it. */
    once: (call: Call) => Effect.promise(() => once(call)),
    submit: ({ metadata: { name = "", namespace = "" }, spec }: CustomObject) =>
      ask({
        path: runs(namespace),
        headers: { "idempotency-key": name },
        body: JSON.stringify({ name, spec })
      }),
    cancel: (namespace: string, name: string) => ask({ path: `${runs(namespace)}/${name}/cancel` }),
    retry: (namespace: string, name: string) =>
      ask({ path: `${runs(namespace)}/${name}/retry`, body: JSON.stringify({ force: true }) }),
    /** Answers by their status. */
    counts: counts as ReadonlyMap<number, number>,
    odd: odd as ReadonlyArray<string>
  }
}

export type Callers = ReturnType<typeof makeCallers>
