/** The one comment with which a run answers at its pull request. Its words are the administrator's template, filled in with what is true now. */
import { inert } from "@orchestrator/domain/Inert"
import { originalUid } from "@orchestrator/domain/OriginalUid"
import { attemptOf, costOf, phaseOf, statusText } from "@orchestrator/domain/RunView"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import type { Preview } from "../services/Previews.ts"
import { verbs } from "./Command.ts"
import type { Answer } from "./Decide.ts"

const sentences: Readonly<Record<Answer, string>> = {
  retry: "The next attempt is requested.",
  cancel: "The attempt is being cancelled; its work is saved on the branch.",
  status: "",
  plan: "",
  busy: "The run is still at work. Cancel it first, or wait for its end.",
  over: "The run has ended: there is nothing to cancel.",
  unknown: `Expected one of: ${verbs.map((verb) => `\`/agent ${verb}\``).join(", ")}.`,
  review: "The changes that the review asks for are being made.",
  checks: "Checks have failed: the next attempt looks at them.",
  ready: "All checks have passed: ready for review.",
  spent: "Checks have failed again, and no further attempt is made by itself. `/agent retry` makes one."
}

/** By which our own comment is found again. No command stands in it, so that nothing answers itself. */
export const answerMark = (uid: string): string => `<!-- orchestrator:answer ${uid} -->`

const costText = (run: CustomObject): string => {
  const cost = costOf(run)
  return cost === undefined ? "unknown" : `$${cost.toFixed(2)}`
}

/** What is next for a run, in a line. */
export const planSentence = ({ actions, grants, place, rule, stage, status }: Preview): string => {
  const next = actions.map(({ action, object }) => `${action} ${object}`).join(", ")
  return [
    next === "" ? `Nothing is to be done now (${stage}: ${rule}).` : `Next: ${next} (${stage}: ${rule}).`,
    ...(status?.message === undefined ? [] : [inert(status.message).replaceAll("\n", " ")]),
    ...(place?.position === undefined ? [] : [`Number ${place.position} in line.`]),
    ...(grants === undefined ? [] : [`It may spend $${grants.costUsd.toFixed(2)} and take ${grants.turns} turns.`])
  ].join(" ")
}

/** `more`: what a plan says. */
export const answerText = (template: string, run: CustomObject, what: Answer, more = ""): string => {
  const said = (field: string) => inert(statusText(run, field) ?? "").replaceAll("\n", " ").replaceAll("|", "\\|")
  const values: Readonly<Record<string, string>> = {
    answer: [sentences[what], more].filter((text) => text !== "").join(" "),
    run: run.metadata.name ?? "",
    phase: phaseOf(run),
    reason: said("reason"),
    message: said("message"),
    attempt: String(attemptOf(run)),
    branch: said("branch"),
    cost: costText(run)
  }
  const filled = template.replace(
    /\{([a-z]+)\}/g,
    (whole, name: string) => Object.hasOwn(values, name) ? values[name] ?? whole : whole
  )
  return `${answerMark(originalUid(run))}\n${filled.trim()}\n`
}
