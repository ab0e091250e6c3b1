/** Types of each kind's requests and answers, derived from the contract. */
import type { CodeRuns, NewCodeRun, RetryCodeRun } from "@orchestrator/http/contract/kinds/CodeRuns"
import type { DocsRuns, NewDocsRun, RetryDocsRun } from "@orchestrator/http/contract/kinds/DocsRuns"

export type Endpoint<Groups, Name extends string> = Groups extends { readonly endpoints: infer All }
  ? All extends { readonly [Key in Name]: infer One } ? One : never
  : never
export type Answer<One> = One extends { readonly "~Success": { readonly Type: infer Value } } ? Value : never
type Payload<One> = One extends { readonly "~Payload": { readonly Type: infer Value } } ? Value : never
export type Query<One> = One extends { readonly "~Query": { readonly Type: infer Value } } ? Value : never

export type CodeRun = Answer<Endpoint<typeof CodeRuns, "get">>
export type DocsRun = Answer<Endpoint<typeof DocsRuns, "get">>

export type CodeRunFilters = Query<Endpoint<typeof CodeRuns, "list">>
export type DocsRunFilters = Query<Endpoint<typeof DocsRuns, "list">>

type SelectorOf<Filters> = Omit<Filters, "continue" | "limit" | "sort" | "user">

export type LogOptions = Query<Endpoint<typeof CodeRuns, "logs">>
export type TranscriptOptions = Query<Endpoint<typeof CodeRuns, "transcript">>
export type EvidenceOptions = Query<Endpoint<typeof CodeRuns, "diff">>
export type BulkAnswer = Answer<Endpoint<typeof CodeRuns, "cancelMany">>
export type RunFiles = Answer<Endpoint<typeof CodeRuns, "files">>
export type Attempt = Answer<Endpoint<typeof CodeRuns, "attempts">>["items"][number]
export type RunDependencies = Answer<Endpoint<typeof CodeRuns, "dependencies">>
export type ClusterEvent = Answer<Endpoint<typeof CodeRuns, "events">>["items"][number]

export interface CommonTypes {
  readonly logs: LogOptions
  readonly transcript: TranscriptOptions
  readonly evidence: EvidenceOptions
  readonly bulk: BulkAnswer
  readonly files: RunFiles
  readonly attempt: Attempt
  readonly dependencies: RunDependencies
  readonly event: ClusterEvent
}
export interface CodeTypes extends CommonTypes {
  readonly newRun: typeof NewCodeRun
  readonly filters: CodeRunFilters
  readonly selector: SelectorOf<CodeRunFilters>
  readonly retry: typeof RetryCodeRun.Type
  readonly cancelMany: Payload<Endpoint<typeof CodeRuns, "cancelMany">>
  readonly retryMany: Payload<Endpoint<typeof CodeRuns, "retryMany">>
  readonly run: CodeRun
}
export interface DocsTypes extends CommonTypes {
  readonly newRun: typeof NewDocsRun
  readonly filters: DocsRunFilters
  readonly selector: SelectorOf<DocsRunFilters>
  readonly retry: typeof RetryDocsRun.Type
  readonly cancelMany: Payload<Endpoint<typeof DocsRuns, "cancelMany">>
  readonly retryMany: Payload<Endpoint<typeof DocsRuns, "retryMany">>
  readonly run: DocsRun
}
