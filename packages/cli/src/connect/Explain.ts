/** What went wrong with a request, in words for whoever typed the command: what the server said, and what to do next. */
import { printable } from "@orchestrator/domain/Printable"
import { Effect, Option, Predicate, Schema } from "effect"
import { HttpClientError } from "effect/http"
import { CommandFailed } from "./CommandFailed.ts"
import { describePlace, type ServerPlace } from "./ServerPlace.ts"

const text = Schema.optionalKey(Schema.String)

/** RFC 9457, as our server answers and others may. */
const ProblemWords = Schema.Struct({
  type: text,
  title: Schema.String,
  detail: text,
  hint: text,
  errors: Schema.optionalKey(
    Schema.Array(Schema.Struct({ path: Schema.String, expected: Schema.String, found: Schema.String }))
  )
})
type ProblemWords = typeof ProblemWords.Type

/** What an API server says in our server's place. */
const StatusWords = Schema.Struct({ kind: Schema.Literal("Status"), message: Schema.String })

const asProblem = Schema.decodeUnknownOption(ProblemWords)
const asStatus = Schema.decodeUnknownOption(Schema.fromJsonString(StatusWords))
const asProblemText = Schema.decodeUnknownOption(Schema.fromJsonString(ProblemWords))

const slugOf = (type: string | undefined): string | undefined => /:problem:([\w-]+)$/.exec(type ?? "")?.[1]

/** The flag for what the server's own hint says of a request's body. */
const flagHints: Readonly<Record<string, string>> = {
  "run-not-finished": "On the command line: orchestrator get RUN --wait, then retry; or retry --force",
  "idempotency-key-reused": "On the command line: another --idempotency-key, or none"
}

/** How one gives a token here, where the server's own hint speaks of a header. */
const tokenHint = (place: ServerPlace): string =>
  place._tag === "Local"
    ? "The token of the local server is in its state folder: name it with --state, or restart `orchestrator dev`"
    : `Pass a token with --token-file or ORCHESTRATOR_TOKEN${
      place._tag === "ThroughCluster" ? ", or --service-account NAME to have one made with your kubeconfig" : ""
    }`

const lines = (...parts: ReadonlyArray<string | undefined>): string =>
  parts.filter((part) => part !== undefined && part !== "").join("\n")

const ofProblem = ({ detail, errors = [], hint, title, type }: ProblemWords, place: ServerPlace): CommandFailed => {
  const problem = slugOf(type)
  const message = lines(
    `${title}${detail === undefined ? "" : `: ${detail}`}`,
    ...errors.map(({ expected, found, path }) =>
      `  ${path === "" ? "the body" : path}: expected ${expected}, found ${found}`
    ),
    hint,
    problem === "unauthenticated" ? tokenHint(place) : flagHints[problem ?? ""]
  )
  return new CommandFailed({
    message: printable(message, { lines: true }),
    ...(problem === undefined ? {} : { problem })
  })
}

const startHint =
  "Start a local one with `npm start` (orchestrator dev), or say where it is: --server URL, --kubeconfig FILE, --context NAME"

const unreachable = (why: string, place: ServerPlace): CommandFailed =>
  new CommandFailed({
    problem: "unreachable",
    message: printable(
      `No answer from ${describePlace(place)}: ${why}\n${
        place._tag === "ThroughCluster"
          ? `${startHint}. Is the API server reachable: kubectl${
            place.kubeconfig === undefined ? "" : ` --kubeconfig ${place.kubeconfig}`
          } get --raw /version`
          : startHint
      }`,
      { lines: true }
    )
  })

/** The innermost words: `connect ECONNREFUSED 127.0.0.1:8080`. */
const causeWords = (error: unknown): string => {
  if (!Predicate.isError(error)) return String(error)
  const inner = error.cause
  if (Predicate.isError(inner)) return causeWords(inner)
  const nested = Predicate.hasProperty(error, "errors") && Array.isArray(error.errors) ? error.errors : []
  return error.message === "" && nested.length > 0 ? nested.map(causeWords).join("; ") : error.message
}

const proxyHint = (place: ServerPlace): string | undefined =>
  place._tag === "ThroughCluster"
    ? `This way in needs the right to use the Service's proxy (get and create services/proxy in namespace ${place.namespace}). ` +
      "Without it: kubectl port-forward service/orchestrator 8080:80, and --server http://localhost:8080"
    : undefined

const ofAnswer = Effect.fnUntraced(function*(error: HttpClientError.HttpClientError, place: ServerPlace) {
  const { response } = error
  if (response === undefined) return unreachable(causeWords(error), place)
  const body = yield* response.text.pipe(Effect.orElseSucceed(() => ""))
  const problem = asProblemText(body)
  if (Option.isSome(problem)) return ofProblem(problem.value, place)
  const status = asStatus(body)
  if (Option.isSome(status)) {
    return new CommandFailed({
      message: printable(
        lines(`The API server answered ${response.status}: ${status.value.message}`, proxyHint(place)),
        {
          lines: true
        }
      )
    })
  }
  return new CommandFailed({
    message: printable(
      `Expected an answer of the orchestrator from ${describePlace(place)}, found ${response.status} ${
        body.slice(0, 200)
      }\nIs that its address? ${startHint}`,
      { lines: true }
    )
  })
})

/** Any failure of a request as a CommandFailed. */
export const explain = (error: unknown, place: ServerPlace): Effect.Effect<CommandFailed> => {
  if (error instanceof CommandFailed) return Effect.succeed(error)
  const problem = asProblem(error)
  if (Option.isSome(problem)) return Effect.succeed(ofProblem(problem.value, place))
  if (HttpClientError.isHttpClientError(error)) return ofAnswer(error, place)
  return Effect.succeed(
    new CommandFailed({
      message: printable(
        `Expected an answer that this version understands from ${describePlace(place)}: ${
          causeWords(error)
        }\nCompare: orchestrator --version, and the server's /health`,
        { lines: true }
      )
    })
  )
}

/** A request whose failures are explained. */
export const explained = <A, E>(request: Effect.Effect<A, E>, place: ServerPlace): Effect.Effect<A, CommandFailed> =>
  Effect.catch(request, (error) => Effect.flatMap(explain(error, place), (failed) => Effect.fail(failed)))
