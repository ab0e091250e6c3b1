/** From a stored run to what clients see of it. Pure. */
import { CodeRunSpec, CodeRunStatus } from "@orchestrator/domain/CodeRun"
import { decoder, type FieldProblem } from "@orchestrator/domain/Decode"
import { DocsRunSpec, DocsRunStatus } from "@orchestrator/domain/DocsRun"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Predicate, Result, type Schema } from "effect"
import type { CodeRunAnswer, DocsRunAnswer, RunLinks } from "../contract/RunAnswers.ts"

export type RunPath = "code-runs" | "docs-runs"

export const linksOf = (path: RunPath, name: string): RunLinks => {
  const self = `/api/v1/${path}/${encodeURIComponent(name)}`
  return {
    self,
    attempts: `${self}/attempts`,
    files: `${self}/files`,
    logs: `${self}/logs`,
    cancel: `${self}/cancel`,
    retry: `${self}/retry`
  }
}

/** A status field that is a text, of a status that may be anything. */
export const statusText = (run: CustomObject, field: string): string | undefined => {
  const value = run.status?.[field]
  return Predicate.isString(value) ? value : undefined
}

/** Where the run stands: a run that the controller has not seen yet is pending. */
export const phaseOf = (run: CustomObject): string => statusText(run, "phase") ?? "Pending"

const optional = <K extends string, A>(key: K, value: A | undefined): { readonly [P in K]?: A } =>
  value === undefined ? {} : { [key]: value } as { readonly [P in K]: A }

const metadata = (run: CustomObject, path: RunPath) => ({
  name: run.metadata.name ?? "",
  namespace: run.metadata.namespace ?? "",
  uid: run.metadata.uid ?? "",
  resourceVersion: run.metadata.resourceVersion ?? "",
  createdAt: run.metadata.creationTimestamp ?? "",
  ...optional("deletedAt", run.metadata.deletionTimestamp),
  phase: phaseOf(run),
  ...optional("reason", statusText(run, "reason")),
  ...optional("message", statusText(run, "message")),
  links: linksOf(path, run.metadata.name ?? "")
})

type Decoded<A> = Result.Result<A, ReadonlyArray<FieldProblem>>
type Decoder<A> = (input: unknown, options: { readonly at: string }) => Decoded<A>

const valueOf = <K extends string, A>(key: K, decoded: Decoded<A>) => optional(key, Result.getOrUndefined(decoded))

const faultsOf = <A>(decoded: Decoded<A>): ReadonlyArray<FieldProblem> =>
  Result.isFailure(decoded) ? decoded.failure : []

const content = <Spec, Status>(run: CustomObject, decodeSpec: Decoder<Spec>, decodeStatus: Decoder<Status>) => {
  const spec = decodeSpec(run.spec, { at: "spec" })
  const status = decodeStatus(run.status ?? {}, { at: "status" })
  const problems = [...faultsOf(spec), ...faultsOf(status)]
  return {
    ...valueOf("spec", spec),
    ...(run.status === undefined ? {} : valueOf("status", status)),
    ...(problems.length === 0 ? {} : {
      problems,
      raw: {
        ...(Result.isFailure(spec) ? { spec: run.spec as Schema.Json } : {}),
        ...(Result.isFailure(status) ? { status: run.status as Schema.Json } : {})
      }
    })
  }
}

const decodeCodeSpec = decoder(CodeRunSpec)
const decodeCodeStatus = decoder(CodeRunStatus)
const decodeDocsSpec = decoder(DocsRunSpec)
const decodeDocsStatus = decoder(DocsRunStatus)

export const codeRunAnswer = (run: CustomObject): CodeRunAnswer => ({
  kind: "CodeRun",
  ...metadata(run, "code-runs"),
  ...content(run, decodeCodeSpec, decodeCodeStatus)
})

export const docsRunAnswer = (run: CustomObject): DocsRunAnswer => ({
  kind: "DocsRun",
  ...metadata(run, "docs-runs"),
  ...content(run, decodeDocsSpec, decodeDocsStatus)
})
