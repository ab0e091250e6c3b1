/** One line for every request that would change a run, whatever came of it: what the log of an incident is read for. */
import { printable } from "@orchestrator/domain/Printable"
import { Effect, Exit, Ref } from "effect"
import type { HttpServerRequest, HttpServerResponse } from "effect/http"
import { Audit, type AuditFacts } from "../services/Audit.ts"
import { type Change, changeOf } from "./RouteTable.ts"

const longest = 300
const shown = (text: string): string => printable(text, { max: longest })

type Answered = Exit.Exit<HttpServerResponse.HttpServerResponse, unknown>

/** `unknown`: the client went away before the answer, and the change may have been made. */
const outcomeOf = (exit: Answered) => {
  if (!Exit.isSuccess(exit)) return { outcome: "unknown" }
  const { status } = exit.value
  return { outcome: status < 400 ? "done" : status < 500 ? "refused" : "failed", status }
}

/** Everything in it is one line of visible characters. */
const auditLine = (change: Change, { name = change.name, user }: AuditFacts, exit: Answered) => ({
  user: shown(user?.username ?? "unknown"),
  ...(user?.uid === undefined ? {} : { uid: shown(user.uid) }),
  verb: change.verb,
  object: name === undefined ? change.resource : `${change.resource}/${shown(name)}`,
  ...outcomeOf(exit)
})

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
            Effect.logInfo("Change by HTTP").pipe(Effect.annotateLogs({ ...auditLine(change, known, exit), namespace }))
        )
      )
    ))
}
