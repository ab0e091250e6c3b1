/** What `npm run check` looks at. The longest first: two of them run at a time. */
import { crdFiles } from "@orchestrator/cli/crds/CrdFiles"
import { reasonsPage } from "@orchestrator/domain/ReasonGuide"
import { lifePage } from "@orchestrator/domain/RunLifePage"
import { Effect, FileSystem, Path } from "effect"
import { agentsPage } from "./AgentsPage.ts"
import { boundaryProblems } from "./Boundaries.ts"
import { type Check, resultOf } from "./Check.ts"
import { command } from "./Command.ts"
import { environmentProblems } from "./Environment.ts"
import { forgesPage } from "./ForgesPage.ts"
import { houseProblems, medians } from "./HouseRules.ts"
import { metricsPage } from "./MetricsPage.ts"
import { modelRequestsPage } from "./ModelRequestsPage.ts"
import { portProblems } from "./Ports.ts"
import { runKindProblems } from "./RunKinds.ts"
import { readSources, type Source } from "./Sources.ts"

export const types = command("types", "tsc", ["-b"])
const deadCode = command("dead code", "knip", ["--no-progress", "--no-config-hints"])
const lint = command("lint", "oxlint", ["--deny-warnings"])
const format = command("format", "dprint", ["check", "--list-different"])

const ofSources = (
  name: string,
  problems: (sources: ReadonlyArray<Source>) => ReadonlyArray<string>,
  note: (sources: ReadonlyArray<Source>) => string = () => ""
) => ({
  name,
  inspect: (root: string) =>
    readSources(root).pipe(
      Effect.map((sources) => resultOf(problems(sources), note(sources))),
      Effect.catch((error) => Effect.succeed(resultOf([error.message])))
    )
})

const boundaries = ofSources("boundaries", boundaryProblems)

const house = ofSources(
  "house rules",
  houseProblems,
  (sources) => `median lines: ${[...medians(sources)].map(([name, lines]) => `${name} ${lines}`).join(", ")}`
)

const runKinds = ofSources("run kinds", runKindProblems)

const environment = ofSources("environment", environmentProblems)

const ports = ofSources("ports", portProblems)

/** Text of each generated file by its path from the root of the repository. */
export const generatedFiles: ReadonlyMap<string, string> = new Map([
  ...crdFiles,
  // The chart's own copies: helm warns of links, and a package of it has none.
  ...[...crdFiles].flatMap(([path, text]) =>
    path.endsWith("run-crd.yaml") ? [[`chart/files/${path}`, text] as const] : []
  ),
  ["docs/guides/agents.md", agentsPage],
  ["docs/guides/reasons.md", reasonsPage],
  ["docs/life-of-a-run.md", lifePage],
  ["docs/metrics.md", metricsPage],
  ["docs/guides/model-requests.md", modelRequestsPage],
  ["docs/guides/forges.md", forgesPage]
])

/** Generated files, compared with what they would be now. */
export const generated: Check<FileSystem.FileSystem | Path.Path> = {
  name: "generated",
  inspect: Effect.fnUntraced(function*(root) {
    const fs = yield* FileSystem.FileSystem
    const { join } = yield* Path.Path
    const found = yield* Effect.forEach([...generatedFiles], ([path, text]) =>
      fs.readFileString(join(root, path)).pipe(
        Effect.map((now) => (now === text ? [] : [`${path} is out of date: npm run generate`])),
        Effect.orElseSucceed(() => [`${path} is missing: npm run generate`])
      ))
    return resultOf(found.flat())
  })
}

export const checks = [types, deadCode, lint, format, boundaries, environment, runKinds, ports, house, generated]
