/** Every kind of run that there is, by its name. */
import { Record } from "effect"
import { codeRun } from "./CodeRunKind.ts"
import { docsRun } from "./DocsRunKind.ts"

export const runKinds = { CodeRun: codeRun, DocsRun: docsRun } as const

export type KindName = keyof typeof runKinds
export type AnyRunKind = (typeof runKinds)[KindName]

export const everyRunKind: ReadonlyArray<AnyRunKind> = Record.values(runKinds)

/** Whether the `kind` of an object or of an owner reference is one of a run. */
export const isKindName = (kind: string | undefined): kind is KindName =>
  kind !== undefined && Object.hasOwn(runKinds, kind)
