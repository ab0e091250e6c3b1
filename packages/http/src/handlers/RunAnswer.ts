/** From a stored run to what clients see of it. Pure. */
import { decoder, type FieldProblem } from "@orchestrator/domain/Decode"
import { present } from "@orchestrator/domain/Present"
import type { RunKind } from "@orchestrator/domain/RunKind"
import { isCancelling, messageOf, phaseOf, reasonOf } from "@orchestrator/domain/RunView"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Result, type Schema } from "effect"
import type { RunLinks } from "../contract/RunAnswers.ts"

type Path = Pick<RunKind, "path">

export const linksOf = ({ path }: Path, name: string): RunLinks => {
  const self = `/api/v1/${path}/${encodeURIComponent(name)}`
  return {
    self,
    attempts: `${self}/attempts`,
    files: `${self}/files`,
    logs: `${self}/logs`,
    transcript: `${self}/transcript`,
    diff: `${self}/diff`,
    result: `${self}/result`,
    cancel: `${self}/cancel`,
    retry: `${self}/retry`
  }
}

const observedGeneration = ({ status }: CustomObject): number | undefined => {
  const seen = status?.["observedGeneration"]
  return Number.isInteger(seen) ? Number(seen) : undefined
}

const metadata = (run: CustomObject, path: Path) => ({
  name: run.metadata.name ?? "",
  namespace: run.metadata.namespace ?? "",
  uid: run.metadata.uid ?? "",
  resourceVersion: run.metadata.resourceVersion ?? "",
  generation: run.metadata.generation ?? 1,
  ...present("observedGeneration", observedGeneration(run)),
  createdAt: run.metadata.creationTimestamp ?? "",
  ...present("deletedAt", run.metadata.deletionTimestamp),
  phase: phaseOf(run),
  ...present("reason", reasonOf(run)),
  ...present("message", messageOf(run)),
  ...(isCancelling(run) ? { cancelling: true } : {}),
  links: linksOf(path, run.metadata.name ?? "")
})

type Decoded<A> = Result.Result<A, ReadonlyArray<FieldProblem>>
type Decoder<A> = (input: unknown, options: { readonly at: string }) => Decoded<A>

const valueOf = <K extends string, A>(key: K, decoded: Decoded<A>) => present(key, Result.getOrUndefined(decoded))

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

interface Shape<Name, Spec, Status> extends Path {
  readonly kind: Name
  readonly spec: Schema.ConstraintDecoder<Spec>
  readonly status: Schema.ConstraintDecoder<Status>
}

/** For runs of a kind. */
export const answersOf = <const Name extends string, Spec, Status>(kind: Shape<Name, Spec, Status>) => {
  const decodeSpec = decoder(kind.spec)
  const decodeStatus = decoder(kind.status)
  return (run: CustomObject) => ({
    kind: kind.kind,
    ...metadata(run, kind),
    ...content(run, decodeSpec, decodeStatus)
  })
}
