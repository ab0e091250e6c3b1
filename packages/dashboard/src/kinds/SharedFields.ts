/** Fields that forms of several kinds have. */
import { Resources } from "@orchestrator/domain/Toolchain"
import type { Field } from "../show/task/Field.ts"
import { describedBy, type FieldGroup } from "../show/task/TaskForm.ts"

export const githubUserField: Field = {
  path: "githubUser",
  label: "GitHub user",
  control: "line",
  isRequired: true,
  suggestions: "users",
  example: "octocat"
}

export const agentGroup: FieldGroup = {
  title: "Agent",
  fields: [
    { path: "agent", label: "Agent", control: "choice" },
    { path: "model", label: "Model", control: "line", suggestions: "models" },
    { path: "provider", label: "Provider", control: "line" },
    { path: "profile", label: "Profile", control: "line", suggestions: "profiles" }
  ]
}

export const limitsGroup: FieldGroup = {
  title: "Limits",
  fields: [
    { path: "maxCostUsd", label: "Cost in USD", control: "number" },
    { path: "maxTurns", label: "Turns", control: "number" },
    { path: "timeoutSeconds", label: "Seconds of an attempt", control: "number" }
  ]
}

export const startGroup: FieldGroup = {
  title: "When it starts",
  isFolded: true,
  fields: [
    { path: "priority", label: "Priority", control: "choice" },
    { path: "suspend", label: "Wait until it is resumed", control: "flag" }
  ]
}

export const toolchainFields: ReadonlyArray<Field> = [
  { path: "image", label: "Image", control: "line" },
  { path: "setup", label: "Setup script", control: "line", example: ".orchestrator/setup.sh" },
  {
    path: "resources.requests",
    label: "Resource requests, one a line",
    control: "pairs",
    help: describedBy(Resources.fields, "requests"),
    example: "cpu=500m"
  },
  {
    path: "resources.limits",
    label: "Resource limits, one a line",
    control: "pairs",
    help: describedBy(Resources.fields, "limits"),
    example: "memory=8Gi"
  }
]

/** `from`: what a name is made from where none is written. */
export const nameGroup = (from: string): FieldGroup => ({
  title: "Name",
  isFolded: true,
  fields: [{ path: "name", label: "Name of the run", control: "line", help: `Default: made from ${from}.` }]
})
