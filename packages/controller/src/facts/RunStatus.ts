/** What a stored status says, held to the types of what comes in now; what is none of ours is kept beside it, to be written back. */
import { CodeRunStatus } from "@orchestrator/domain/CodeRun"
import { tolerantDecoder } from "@orchestrator/domain/Decode"
import { Result } from "effect"

/** The status fields that decisions and the next status build on; empty where the stored status is not ours. */
export type RunStatusView = Pick<
  CodeRunStatus,
  | "phase"
  | "reason"
  | "contextVersion"
  | "retryCount"
  | "resumesAt"
  | "cancelledVersion"
  | "jobName"
  | "configmapName"
  | "startedAt"
  | "lastUpdate"
  | "message"
  | "conditions"
  | "attempts"
  | "usage"
  | "promptModification"
  | "promptVersion"
  | "promptDigest"
>

export type Fields = Readonly<Record<string, unknown>>

/** The fields of every kind; DocsRun's status is a part of CodeRun's. */
const decodeStatus = tolerantDecoder(CodeRunStatus)

/** Nothing in a stored status makes this fail. */
export const readStatus = (status: Fields): RunStatusView =>
  Result.match(decodeStatus(status), { onFailure: () => ({}), onSuccess: ({ value }) => value })

/** Fields of a stored status that its view has not. */
export const otherFields = (status: Fields, view: RunStatusView): Fields => {
  const names = Object.keys(status).filter((name) => !Object.hasOwn(view, name))
  return names.length === 0 ? noFields : Object.fromEntries(names.map((name) => [name, status[name]]))
}

const noFields: Fields = {}
