/** A run as a line of the table: texts and numbers, read once from what the API answered, whatever the kind. */
import type { AnyRun } from "@orchestrator/client/kinds/RunGroups"
import { isInPlainWords, promptTitle } from "@orchestrator/domain/CodeRun"
import { millisOf } from "./Ages.ts"
import { httpAddress } from "./HttpAddress.ts"
import { phaseTone } from "./PhaseTone.ts"
import { keyOf } from "./Places.ts"
import { specField } from "./SpecField.ts"
import type { Tone } from "./Tone.ts"
import { inWords } from "./Words.ts"

export interface RunRow {
  readonly key: string
  readonly kind: AnyRun["kind"]
  readonly name: string
  readonly phase: string
  /** In words; empty where there is none. */
  readonly reason: string
  /** One sentence; empty where there is none. */
  readonly message: string
  readonly task: string
  readonly service: string
  readonly user: string
  readonly model: string
  readonly createdAt: string
  readonly createdMillis: number
  /** `2`, or `2 · retry 1` of one that was taken up again by itself. */
  readonly attempt: string
  readonly cost: number | undefined
  readonly costEstimated: boolean
  readonly pullRequestUrl: string | undefined
}

const textOf = (spec: object, field: string): string => {
  const value = specField(spec, field)
  return typeof value === "string" || typeof value === "number" ? String(value) : ""
}

const taskOf = (spec: object): string => {
  const prompt = textOf(spec, "prompt")
  const id = textOf(spec, "taskId")
  if (prompt !== "") return promptTitle(prompt)
  if (isInPlainWords({ issue: textOf(spec, "issue") || undefined })) return textOf(spec, "issue")
  return id === "" ? `Document ${textOf(spec, "workingDirectory")}` : `Task ${id}`
}

const attemptOf = ({ spec, status }: AnyRun): string => {
  const { contextVersion, retry = 0 } = status?.attempts?.at(-1) ?? {}
  const version = contextVersion ?? status?.contextVersion ??
    (spec !== undefined && "contextVersion" in spec ? spec.contextVersion : 1)
  return retry === 0 ? String(version) : `${version} · retry ${retry}`
}

const read = (run: AnyRun): RunRow => {
  const spec = run.spec ?? {}
  return {
    key: keyOf(run),
    kind: run.kind,
    name: run.name,
    phase: run.phase,
    reason: run.cancelling === true ? "Cancelling" : inWords(run.reason ?? ""),
    message: run.message ?? "",
    task: run.spec === undefined ? "The stored object does not follow the schema" : taskOf(spec),
    service: textOf(spec, "service"),
    user: textOf(spec, "githubUser"),
    model: textOf(spec, "model"),
    createdAt: run.createdAt,
    createdMillis: millisOf(run.createdAt) ?? 0,
    attempt: attemptOf(run),
    cost: run.status?.usage?.costUsd,
    costEstimated: run.status?.usage?.costEstimated === true,
    pullRequestUrl: httpAddress(run.status?.pullRequestUrl ?? "")
  }
}

const rows = new WeakMap<AnyRun, RunRow>()

export const rowOf = (run: AnyRun): RunRow => {
  const known = rows.get(run)
  if (known !== undefined) return known
  const row = read(run)
  rows.set(run, row)
  return row
}

/** How its phase looks. */
export const toneOf = ({ phase, reason }: Pick<RunRow, "phase" | "reason">): Tone => phaseTone(phase, reason)
