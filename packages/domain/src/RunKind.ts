/**
 * What a kind of run is: its names, its schemas, and what it can do. Everything that differs between kinds is a value of this or of a
 * package's extension of it (`kinds/`); nothing else asks for a kind by its name.
 */
import type { Schema } from "effect"
import type { TaskType } from "./PodEnvironment.ts"
import type { SizeRule } from "./Sizes.ts"

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string
  readonly type: string
  readonly jsonPath: string
  readonly description?: string
  /** Above 0: only with `-o wide`. */
  readonly priority?: number
}

export interface RunKind {
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly shortName: string
  /** Of its routes: `code-runs` in `/api/v1/code-runs`. */
  readonly path: string
  readonly description: string
  /** Label and variable of its pods, and the folder of its templates. */
  readonly taskType: TaskType
  /** Label of its pods. */
  readonly component: string
  /** Whether its runs take turns in a workspace that stays; otherwise each works in a volume of its pod. */
  readonly leasesWorkspace: boolean
  /** Whether `spec.contextVersion` asks for further attempts; otherwise trying again is another run. */
  readonly hasVersions: boolean
  /** Fields of the spec that lists select by, besides `githubUser`, each with what it is compared with. */
  readonly filters: Readonly<Record<string, Schema.Top>>
  readonly columns: ReadonlyArray<PrinterColumn>
  readonly spec: Schema.Constraint
  readonly specSize?: SizeRule
  readonly status: Schema.Constraint
}

export const phaseColumn: PrinterColumn = { name: "Phase", type: "string", jsonPath: ".status.phase" }
export const ageColumn: PrinterColumn = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" }
