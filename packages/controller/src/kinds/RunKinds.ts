/** Every kind of run, by its name. */
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import { codeRunKind } from "./CodeRunKind.ts"
import { docsRunKind } from "./DocsRunKind.ts"
import type { RunKind } from "./RunKind.ts"

export const runKinds: Readonly<Record<KindName, RunKind>> = { CodeRun: codeRunKind, DocsRun: docsRunKind }
