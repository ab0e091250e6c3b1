/** What a person can do to the spec of a run at any moment, from its schema: every field another value, an impossible one, none. */
import type { StructuralSchema } from "@orchestrator/domain/CustomResourceDefinition"
import { definitions } from "@orchestrator/domain/kinds/Definitions"
import type { Scenario, User } from "./Scenario.ts"
import { editRun } from "./scenarios/Parts.ts"

interface Edit {
  readonly name: string
  readonly act: (user: User) => void
}

/** Values of a field's type: usual, at the edge, of another type, none. */
const valuesOf = ({ type }: StructuralSchema): ReadonlyArray<unknown> => {
  switch (type) {
    case "string":
      return ["other", "", "../../etc", null]
    case "integer":
    case "number":
      return [2, 600, 0, null]
    case "boolean":
      return [true, false, null]
    case "array":
      return [[], ["first"], null]
    case "object":
      return [{ OTHER: "value" }, { "not a name": "value" }, null]
    default:
      return [null]
  }
}

const edit = (field: string, value: unknown): Edit => ({
  name: `${field} of first becomes ${JSON.stringify(value)}`,
  act: (user) => editRun(user, "first", { [field]: value })
})

const specOf = (schema: StructuralSchema | undefined): Readonly<Record<string, StructuralSchema>> =>
  schema?.properties?.["spec"]?.properties ?? {}

const byKind: Readonly<Record<string, ReadonlyArray<Edit>>> = Object.fromEntries(
  definitions.map(({ spec: { names, versions } }) => [
    names.kind,
    Object.entries(specOf(versions[0]?.schema?.openAPIV3Schema)).flatMap(([field, schema]) =>
      valuesOf(schema).map((value) => edit(field, value))
    )
  ])
)

export const withEdits = (scenario: Scenario): Scenario => ({
  ...scenario,
  edits: (scenario.id.endsWith("d") || scenario.id === "S2" ? byKind["DocsRun"] : byKind["CodeRun"]) ?? []
})
