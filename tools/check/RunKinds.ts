/** Names of kinds of runs stand in `kinds/` and in their schemas alone: everything else asks the kind what it is. */
import { everyRunKind } from "@orchestrator/domain/kinds/RunKinds"
import { spelledProblems } from "./Spelled.ts"

const names = everyRunKind.flatMap(({ kind, path, plural }) => [kind, plural, path])

/** A text, a key or a property of that name; a sentence may name it, and a module may be called so. */
const any = names.join("|")
const spelled = `(["'\`])(${any})\\1|(?:^|[{,(])\\s*(?:readonly )?(${any})\\??:|\\.(${any})\\b`

/** A branch on what pods and templates call a kind. */
const types = everyRunKind.map(({ taskType }) => taskType).join("|")
const typed = "\\b(?:taskType|task_type|task\\??\\.type)"
const branched =
  `${typed}\\s*[!=]==?\\s*["'\`](${types})|["'\`](${types})["'\`]\\s*[!=]==?\\s*[\\w.?]*${typed}|(switch) \\([\\w.?]*${typed}`

/** Schemas of the kinds, and files that are about one kind, with why. */
const others: ReadonlyMap<string, string> = new Map([
  ...everyRunKind.map(({ kind }) => [`packages/domain/src/${kind}.ts`, "its schema"] as const),
  ["packages/k8s/src/Kinds.ts", "names the resource of each for whoever makes one"],
  ["packages/http/src/contract/Submissions.ts", "the routes of older installations, one of each kind"],
  ["packages/cli/src/dev/Dev.ts", "the demo's run is a CodeRun"]
])

/** Every line that names a kind of run. */
export const runKindProblems = spelledProblems({
  pattern: new RegExp(`${spelled}|${branched}`),
  isAllowed: (path) => path.includes("/kinds/") || others.has(path),
  problem: (name) => `names ${name}: ask the RunKind, or move what is this kind's into kinds/`
})
