/** The schema of every built-in kind by its key, `group/plural`. */
import type { StructuralSchema } from "../StructuralSchema.ts"
import { coreSchemas } from "./CoreSchemas.ts"
import { jobSchema } from "./JobSchema.ts"
import { podSchema } from "./PodSchema.ts"

export const builtInSchemas: Readonly<Record<string, StructuralSchema>> = {
  ...coreSchemas,
  "/pods": podSchema,
  "batch/jobs": jobSchema
}
