/** One line for every run that a request would change, whatever came of it: what the log of an incident is read for. */
import { printable } from "@orchestrator/domain/Printable"
import { Effect, Exit, Ref } from "effect"
import type { HttpServerRequest, HttpServerResponse } from "effect/http"
import { Audit, type AuditFacts } from "../services/Audit.ts"
import { type Change, changeOf } from "./RouteTable.ts"

const longest = 300
const shown = (text: string): string => printable(text, { max: longest })

type Answered = Exit.Exit<HttpServerResponse.HttpServerResponse, unknown>

/** `unknown`: the client went away before the answer, and the change may have been made. */
const outcomeOf = (status: number | undefined) =>
  status === undefined
    ? { outcome: "unknown" }
    : { outcome: status < 400 ? "done" : status < 500 ? "refused" : "failed", status }

/** Everything in it is one line of visible characters. */
const auditLine = (
  change: Change,
  { name = change.name, user }: AuditFacts,
  status: number | undefined
) => ({
  user: shown(user?.username ?? "unknown"),
  ...(user?.uid === undefined ? {} : { uid: shown(user.uid) }),
  verb: change.verb,
  object: name === undefined ? change.resource : `${change.resource}/${shown(name)}`,
  ...outcomeOf(status)
})

/** One line for each object that was changed; a dry run changes none. */
const auditLines = (change: Change, { changes, dryRun, ...facts }: AuditFacts, exit: Answered) =>
  dryRun === true
    ? []
    : changes === undefined
    ? [auditLine(change, facts, Exit.isSuccess(exit) ? exit.value.status : undefined)]
    : changes.map(({ name, status }) => auditLine(change, { ...facts, name }, status))

/** Around the answer to a request; reads leave no line. */
export const audited = <E, R>(
  { method, url }: HttpServerRequest.HttpServerRequest,
  namespace: string,
  answer: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R> => {
  const change = changeOf(method, url)
  if (change === undefined) return answer
  return Effect.flatMap(Ref.make<AuditFacts>({}), (facts) =>
    answer.pipe(
      Effect.provideService(Audit, facts),
      Effect.onExit((exit) =>
        Effect.flatMap(
          Ref.get(facts),
          (known) =>
            Effect.forEach(
              auditLines(change, known, exit),
              (line) => Effect.logInfo("Change by HTTP").pipe(Effect.annotateLogs({ ...line, namespace })),
              { discard: true }
            )
        )
      )
    ))
}
