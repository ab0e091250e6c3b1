/** Runs as they are kept for long: those that have ended, as there may be tens of thousands of, and those that nothing was heard of for a while. */
import type { FieldProblem } from "@orchestrator/domain/Decode"
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Result } from "effect"
import { runKinds } from "../kinds/RunKinds.ts"
import type { FinishedRun } from "./FinishedRun.ts"
import type { LiveRun } from "./LiveRun.ts"
import { makePack } from "./Packed.ts"

/** What a spec was read from, or why it cannot be read. */
type PlainSpec =
  | { readonly kind: KindName; readonly from: CustomObject }
  | { readonly problems: ReadonlyArray<FieldProblem> }

const pack = (spec: LiveRun["spec"]): PlainSpec => {
  if (Result.isFailure(spec)) return { problems: spec.failure }
  const { apiVersion, kind, metadata, spec: fields } = spec.success.run
  return { kind, from: { apiVersion, kind, metadata: { ...metadata }, spec: { ...fields } } }
}

const unpack = (plain: PlainSpec): LiveRun["spec"] =>
  "problems" in plain ? Result.fail(plain.problems) : runKinds[plain.kind].decodeSpec(plain.from)

/** Runs of a tenant have one object that tells of it, and what a spec asks for is read again from its fields. */
export const packRun = makePack<LiveRun | FinishedRun>({ kept: "tenant", made: { field: "spec", pack, unpack } })
