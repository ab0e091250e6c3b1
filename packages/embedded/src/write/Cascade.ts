/** A kind goes with all of its objects: whatever removes its definition removes them first. */
import { definitionResource } from "../kinds/ServedKinds.ts"
import type { Change } from "../store/ObjectStore.ts"
import type { WriteContext, WritePlan } from "./WritePlan.ts"

export const cascaded = ({ kinds, store }: WriteContext, decision: WritePlan): WritePlan => {
  const definitions = decision.changes.filter(({ resource, type }) =>
    type === "DELETED" && resource === definitionResource
  )
  if (definitions.length === 0) return decision
  const names = new Set(definitions.map(({ object }) => object.metadata.name))
  const instances = kinds.all()
    .filter(({ definition }) => definition !== undefined && names.has(definition.name))
    .flatMap(({ resource }) =>
      store.list(resource).map((object): Change => ({ type: "DELETED", resource, object, previous: object }))
    )
  return { ...decision, changes: [...instances, ...decision.changes] }
}
