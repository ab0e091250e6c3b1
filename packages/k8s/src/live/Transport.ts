/**
 * One request to an API server: bounded in time and size, aborted by interruption, its refusal as a KubernetesError. A refused
 * credential is looked up anew and the request tried once more; everything else is the caller's to repeat.
 */
import { NodeStream } from "@effect/platform-node"
import { Duration, Effect, Predicate, type Scope, Stream } from "effect"
import { promisify } from "node:util"
import { gunzip } from "node:zlib"
import type { Dispatcher } from "undici"
import { KubernetesError, type KubernetesErrorReason } from "../KubernetesError.ts"
import type { Connection, Session } from "./Connection.ts"
import type { Deadlines } from "./Deadlines.ts"
import { metadataIn, textWithout } from "./Metadata.ts"
import type { Reachability } from "./Reachability.ts"
import type { ServerClock } from "./ServerClock.ts"
import { reasonOf } from "./Status.ts"

export interface ApiRequest {
  /** For errors: what was wanted, of which object. */
  readonly operation: string
  readonly ref: string
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined
  readonly body?: unknown
  /** Whose connections it takes. Default: those of all requests. */
  readonly pool?: "requests" | "reviews" | "lease" | undefined
  readonly contentType?: string | undefined
  /** The form of the answer. Absent: JSON. */
  readonly accept?: string | undefined
  /** Worth compressing: lists. */
  readonly gzip?: boolean | undefined
  /** Bytes that are read of the answer, where that is less than of any answer. */
  readonly maxBytes?: number | undefined
  /** A stream without a byte for so long is broken. Absent: it may be silent for ever. */
  readonly maxSilenceSeconds?: number | undefined
}

export interface Transport {
  /** The decoded JSON of a 2xx answer. */
  readonly request: (request: ApiRequest) => Effect.Effect<unknown, KubernetesError>
  /** The bytes of a 2xx answer as they come, until the server ends it. */
  readonly stream: (request: ApiRequest) => Stream.Stream<Uint8Array, KubernetesError>
}

export interface TransportOptions {
  /** Until the answer is complete; of streams, until its head is there. */
  readonly timeout: Duration.Duration
  readonly maxResponseBytes: number
  /** Whether objects are parsed without their managed fields. */
  readonly leaveOut?: boolean | undefined
}

interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly date: string | undefined
  readonly gzipped: boolean
  readonly body: Buffer
}

/** Query string of the parameters that have a value. */
const queryOf = (query: ApiRequest["query"] = {}): string => {
  let text = ""
  for (const name in query) {
    const value = query[name]
    if (value !== undefined) text += `${text === "" ? "?" : "&"}${name}=${encodeURIComponent(value)}`
  }
  return text
}

const failure = (request: ApiRequest, reason: KubernetesErrorReason): KubernetesError =>
  new KubernetesError({ operation: request.operation, ref: request.ref, reason })

const unreachable = (request: ApiRequest, error: unknown): KubernetesError => {
  const message = error instanceof AggregateError
    ? error.errors.map((each) => explain(each)).join("; ")
    : explain(error)
  return failure(request, { _tag: "Unreachable", message })
}

const explain = (error: unknown): string =>
  error instanceof Error
    ? `${error.message}${error.cause instanceof Error ? `: ${error.cause.message}` : ""}`
    : String(error)

const dispatchOptions = (session: Session, request: ApiRequest): Dispatcher.DispatchOptions => ({
  origin: session.origin,
  path: `${session.prefix}${request.path}${queryOf(request.query)}`,
  method: request.method,
  headers: {
    ...session.headers,
    accept: request.accept ?? "application/json",
    "user-agent": "orchestrator/0.1.0",
    ...(request.gzip ? { "accept-encoding": "gzip" } : {}),
    ...(request.body === undefined ? {} : { "content-type": request.contentType ?? "application/json" })
  },
  body: request.body === undefined ? null : JSON.stringify(request.body),
  bodyTimeout: (request.maxSilenceSeconds ?? 0) * 1000
})

const header = (headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>, name: string) => {
  const value = headers[name]
  return typeof value === "string" ? value : value?.[0]
}

/** Without undici's readable stream in between: this is the path that every write takes. */
const exchange = (
  session: Session,
  request: ApiRequest,
  maxBytes: number,
  begin: (late: () => void) => () => void,
  late: () => KubernetesError
): Effect.Effect<Answer, KubernetesError> =>
  Effect.callback((resume) => {
    const chunks: Array<Buffer> = []
    let size = 0
    let controller: Dispatcher.DispatchController | undefined
    let answer: Omit<Answer, "body"> = { status: 0, retryAfter: undefined, date: undefined, gzipped: false }
    let abandoned = false
    const abandon = (why: string) => {
      abandoned = true
      controller?.abort(new Error(why))
    }
    const inTime = begin(() => {
      resume(Effect.fail(late()))
      abandon("late")
    })
    const ended = (answered: Effect.Effect<Answer, KubernetesError>) => {
      inTime()
      resume(answered)
    }
    session[request.pool ?? "requests"].dispatch(dispatchOptions(session, request), {
      onRequestStart: (control) => {
        controller = control
        if (abandoned) control.abort(new Error("interrupted"))
      },
      onResponseStart: (_, status, headers) => {
        answer = {
          status,
          retryAfter: header(headers, "retry-after"),
          date: header(headers, "date"),
          gzipped: header(headers, "content-encoding") === "gzip"
        }
      },
      onResponseData: (control, chunk) => {
        size += chunk.length
        if (size > maxBytes) {
          ended(Effect.fail(tooLarge(request, maxBytes)))
          control.abort(new Error("response too large"))
        } else {
          chunks.push(chunk)
        }
      },
      onResponseEnd: () => {
        const [first] = chunks
        const body = first?.length === size ? first : Buffer.concat(chunks, size)
        ended(Effect.succeed({ ...answer, body }))
      },
      onResponseError: (_, error) => ended(Effect.fail(unreachable(request, error)))
    })
    return Effect.sync(() => {
      inTime()
      abandon("interrupted")
    })
  })

const tooLarge = (request: ApiRequest, maxBytes: number): KubernetesError =>
  failure(request, {
    _tag: "Malformed",
    message: `expected at most ${maxBytes} bytes, found more; ask for smaller pages`,
    tooLarge: true
  })

const unzip = promisify(gunzip)

const bytesOf = (request: ApiRequest, answer: Answer, maxBytes: number): Effect.Effect<Buffer, KubernetesError> =>
  answer.gzipped
    ? Effect.tryPromise({
      try: () => unzip(answer.body, { maxOutputLength: maxBytes }),
      catch: (error) =>
        Predicate.hasProperty(error, "code") && error.code === "ERR_BUFFER_TOO_LARGE"
          ? tooLarge(request, maxBytes)
          : failure(request, { _tag: "Malformed", message: `expected gzip: ${explain(error)}` })
    })
    : Effect.succeed(answer.body)

const decode = (
  request: ApiRequest,
  answer: Answer,
  bytes: Buffer,
  leaveOut: boolean
): Effect.Effect<unknown, KubernetesError> =>
  Effect.suspend(() => {
    const managedFields = leaveOut ? metadataIn(bytes)?.managedFields : undefined
    const json = managedFields === undefined
      ? parse(bytes.toString("utf8"))
      : parse(textWithout(bytes, [managedFields])) ?? parse(bytes.toString("utf8"))
    if (answer.status >= 200 && answer.status < 300) {
      const found = () => bytes.toString("utf8").slice(0, 200)
      return json === undefined
        ? Effect.fail(failure(request, { _tag: "Malformed", message: `expected JSON, found: ${found()}` }))
        : Effect.succeed(json)
    }
    return Effect.fail(failure(request, reasonOf(answer.status, json ?? bytes.toString("utf8"), answer.retryAfter)))
  })

/** undefined where it is no JSON; JSON itself has no undefined. */
const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A renewal that hangs is tried again while the Lease is still ours. */
const leaseTimeout = Duration.seconds(3)

export const make = (
  connection: Connection,
  options: TransportOptions,
  reachability: Reachability,
  serverClock: ServerClock,
  deadlines: Deadlines
): Transport => {
  const sessionFor = (request: ApiRequest) =>
    Effect.mapError(
      connection.session,
      ({ message }) => failure(request, { _tag: "Unauthorized", message })
    )
  const durationOf = ({ pool }: ApiRequest) =>
    pool === "lease" ? Duration.min(options.timeout, leaseTimeout) : options.timeout
  const late = (request: ApiRequest) =>
    failure(request, {
      _tag: "Unreachable",
      message: `expected an answer within ${Duration.format(durationOf(request))}, found none`
    })
  const timed = <A, R>(request: ApiRequest, self: Effect.Effect<A, KubernetesError, R>) =>
    Effect.timeoutOrElse(self, { duration: durationOf(request), orElse: () => Effect.fail(late(request)) })
  const again = <A, R>(self: Effect.Effect<A, KubernetesError, R>) =>
    Effect.catchIf(
      self,
      ({ reason }) => reason._tag === "Unauthorized",
      () => Effect.andThen(connection.refused, self)
    )

  const request = (request: ApiRequest) => {
    const maxBytes = Math.min(options.maxResponseBytes, request.maxBytes ?? Infinity)
    const begin = (whenLate: () => void) => deadlines.begin(Duration.toMillis(durationOf(request)), whenLate)
    const on = (session: Session) =>
      exchange(session, request, maxBytes, begin, () => late(request)).pipe(
        Effect.tap(({ date }) => serverClock.noted(date)),
        Effect.flatMap((answer) =>
          Effect.flatMap(
            bytesOf(request, answer, maxBytes),
            (bytes) => decode(request, answer, bytes, options.leaveOut === true)
          )
        )
      )
    return Effect.suspend(() => {
      const session = connection.known()
      // Looking up credentials may take as long as a program that is asked for them.
      return session === undefined ? timed(request, Effect.flatMap(sessionFor(request), on)) : on(session)
    }).pipe(again, reachability.noted)
  }

  const open = Effect.fnUntraced(function*(request: ApiRequest): Effect.fn.Return<
    Dispatcher.ResponseData["body"],
    KubernetesError,
    Scope.Scope
  > {
    const session = yield* sessionFor(request)
    const { body, headers, statusCode } = yield* Effect.acquireRelease(
      Effect.tryPromise({
        try: (signal) => session.streams.request({ ...dispatchOptions(session, request), signal }),
        catch: (error) => unreachable(request, error)
      }),
      ({ body }) => Effect.sync(() => body.on("error", () => {}).destroy()),
      { interruptible: true }
    )
    if (statusCode >= 200 && statusCode < 300) return body
    const text = yield* Effect.tryPromise({ try: () => body.text(), catch: (error) => unreachable(request, error) })
    return yield* failure(request, reasonOf(statusCode, parse(text) ?? text, header(headers, "retry-after")))
  })

  const stream = (request: ApiRequest) =>
    Stream.unwrap(
      open(request).pipe(
        (self) => timed(request, self),
        again,
        reachability.noted,
        Effect.map((body) =>
          NodeStream.fromReadable<Uint8Array, KubernetesError>({
            evaluate: () => body,
            onError: (error) => unreachable(request, error)
          }).pipe(Stream.tapError(reachability.lost))
        )
      )
    )

  return { request, stream }
}
