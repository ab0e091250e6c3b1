import { type CustomResourceDefinition, definitionOf } from "../CustomResourceDefinition.ts"
import { everyRunKind } from "./RunKinds.ts"

/** Of every kind of run. */
export const definitions: ReadonlyArray<CustomResourceDefinition> = everyRunKind.map(definitionOf)
