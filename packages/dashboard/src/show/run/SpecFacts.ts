/** The fields of a spec that say in short what a run is about, in this order. Pure. */
import { promptTitle } from "@orchestrator/domain/CodeRun"
import { specField } from "../SpecField.ts"

const fields = [
  ["prompt", "Task"],
  ["taskId", "Task ID"],
  ["issue", "Issue"],
  ["service", "Service"],
  ["repositoryUrl", "Repository"],
  ["docsRepositoryUrl", "Documentation"],
  ["sourceBranch", "Source branch"],
  ["workingDirectory", "Directory"],
  ["githubUser", "GitHub user"],
  ["agent", "Agent"],
  ["provider", "Provider"],
  ["model", "Model"],
  ["profile", "Profile"],
  ["image", "Image"]
] as const

const longest = 300

export interface SpecFact {
  readonly label: string
  readonly text: string
}

export const specFacts = (spec: object): ReadonlyArray<SpecFact> =>
  fields.flatMap(([field, label]) => {
    const value = specField(spec, field)
    if (typeof value !== "string" && typeof value !== "number") return []
    if (field === "taskId" && value === 0) return []
    const text = field === "prompt" ? promptTitle(String(value)) : String(value)
    return text === "" ? [] : [{ label, text: text.length > longest ? `${text.slice(0, longest)}…` : text }]
  })
