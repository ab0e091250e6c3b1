/** Everything that is tried with the real helm: lint, renderings, refusals, golden files, notes. */
import { Effect } from "effect"
import { cases, refusals, type RenderCase } from "./Cases.ts"
import { programKeys } from "./ConfigKeys.ts"
import { configProblem, templatesProblem } from "./ConfigMaps.ts"
import { sampleConfigValues } from "./ConfigSample.ts"
import { controlPlaneProblems } from "./ControlPlane.ts"
import { chart, chartValues, madeFromValues, readChartFile, writeChartFile } from "./Files.ts"
import { runHelm } from "./Helm.ts"
import { notesProblems } from "./Notes.ts"
import { oldValuesProblems } from "./OldValues.ts"
import { readManifests } from "./Rendered.ts"
import { type ChartOptions, fileArgs, type Trial, trial, words } from "./Trial.ts"
import { configKeys } from "./ValuesDocuments.ts"

const render = (helm: string, { args = [], file, values }: Partial<RenderCase>) =>
  runHelm(helm, ["template", "orchestrator", chart, "--namespace", "orchestrator", ...args, ...fileArgs(file)], values)

const kept = Effect.fnUntraced(function*({ update }: ChartOptions, path: string, text: string) {
  if (update) yield* writeChartFile(path, text)
  const now = yield* readChartFile(path)
  return trial(
    `chart/${path}`,
    now === text ? undefined : "is out of date: npm run chart:test -- --update, then look at the difference"
  )
})

const made = Effect.fnUntraced(function*(options: ChartOptions) {
  return yield* Effect.forEach(yield* madeFromValues, ([path, text]) => kept(options, path, text))
})

const lints = ({ helm }: ChartOptions) =>
  Effect.forEach([undefined, "production.yaml", "guide.yaml", "seed.yaml"], (file) =>
    Effect.map(
      runHelm(helm, ["lint", "--strict", chart, ...fileArgs(file)]),
      ({ ok, stderr, stdout }) =>
        trial(`helm lint --strict ${file ?? "default"}`, ok ? undefined : stdout + words(stderr))
    ))

const rendered = ({ helm }: ChartOptions) =>
  Effect.forEach(cases, (each) =>
    Effect.map(
      render(helm, each),
      ({ ok, stderr, stdout }) => trial(each.name, ok ? each.problem(readManifests(stdout)) : words(stderr))
    ))

const refused = ({ helm }: ChartOptions) =>
  Effect.forEach(refusals, ({ key, values }) =>
    Effect.map(render(helm, { values }), ({ ok, stderr }) => {
      if (ok) return trial(`refuses ${JSON.stringify(values)}`, "was accepted")
      return trial(
        `refuses ${JSON.stringify(values)}`,
        stderr.includes(key) ? undefined : `does not name ${key}: ${words(stderr)}`
      )
    }))

const golden = (options: ChartOptions) =>
  Effect.forEach([undefined, "production.yaml"], (file) =>
    Effect.flatMap(
      render(options.helm, { args: ["--kube-version", "1.31.0"], ...(file === undefined ? {} : { file }) }),
      ({ ok, stderr, stdout }) =>
        ok
          ? kept(options, `test/golden/${file ?? "default.yaml"}`, stdout)
          : Effect.succeed(trial(`golden ${file ?? "default.yaml"}`, words(stderr)))
    ))

/** Keys that follow from other values: the port, the files and the shard's index by the Deployment's environment, the last from `auth.mode: none`. */
const followFromOthers: ReadonlySet<string> = new Set([
  "server.metricsPort",
  "shard.index",
  "events.folder",
  "server.tls.certFile",
  "server.tls.keyFile",
  "auth.allowUnauthenticated",
  "evidence.bucket.readerFolder",
  "evidence.volume.folder"
])

const configMaps = Effect.fnUntraced(function*({ helm }: ChartOptions) {
  const values = yield* chartValues
  const keys = configKeys(values)
  const others = { auth: { mode: "none" }, agent: { credentials: "env" }, leaderElection: { enabled: false } }
  const plain = readManifests((yield* render(helm, { values: others })).stdout)
  const sampled = readManifests((yield* render(helm, { values: sampleConfigValues(values) })).stdout)
  const without = [...programKeys()].filter((key) => !keys.has(key) && !followFromOthers.has(key))
  return [
    trial(
      "every key of config.yaml has a value",
      without.length === 0 ? undefined : `add to values.yaml: ${without.join(", ")}`
    ),
    trial("every value of config.yaml reaches it", configProblem(plain, sampled, keys)),
    trial("every agent template is there, under its flattened name", yield* templatesProblem(plain))
  ]
})

/** Every trial in order, each with what is wrong. */
export const chartProblems = Effect.fn("chartProblems")(function*(options: ChartOptions) {
  const steps = [
    made,
    lints,
    rendered,
    refused,
    configMaps,
    golden,
    oldValuesProblems,
    notesProblems,
    controlPlaneProblems
  ]
  const trials: Array<Trial> = []
  for (const step of steps) trials.push(...(yield* step(options)))
  return trials
})
