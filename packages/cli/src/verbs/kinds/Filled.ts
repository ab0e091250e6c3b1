/** What the server makes of a request for a run, by the kind: its settings fill in what was left out. Pure. */
import { type DecodeOptions, decoder, type FieldProblem } from "@orchestrator/domain/Decode"
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import { NewCodeRun } from "@orchestrator/http/contract/kinds/CodeRuns"
import { NewDocsRun } from "@orchestrator/http/contract/kinds/DocsRuns"
import type { NewRun } from "@orchestrator/http/handlers/CreateRun"
import { newCodeRun } from "@orchestrator/http/handlers/kinds/CodeRuns"
import { newDocsRun } from "@orchestrator/http/handlers/kinds/DocsRuns"
import { Result } from "effect"

export type Problems = ReadonlyArray<FieldProblem>
type Fill = (body: object, settings: Parameters<typeof newCodeRun>[0]) => Result.Result<NewRun, Problems>

const strict: DecodeOptions = { rejectUnknown: true }
const decodeCode = decoder(NewCodeRun)
const decodeDocs = decoder(NewDocsRun)

export const filled: Readonly<Record<KindName, Fill>> = {
  CodeRun: (body, settings) =>
    Result.map(decodeCode(body, strict), (request) => newCodeRun(settings, request, undefined)),
  DocsRun: (body, settings) =>
    Result.map(decodeDocs(body, strict), (request) => newDocsRun(settings, request, undefined))
}
