/**
 * Rooms inside a package, each list from those that stand on their own to those that use the others: a module may import its own room and
 * the rooms before it. A type counts like a value, so that no circle of rooms is possible. Modules must not import each other in a circle either.
 */
import { importsOf, type Module, packageOf } from "./Modules.ts"

/** `.` is the files at the root of `src`; a folder that is not listed belongs to the one that it is in. */
const rooms: Readonly<Record<string, ReadonlyArray<string>>> = {
  domain: [".", "kinds"],
  templates: ["languages", "kinds", "."],
  k8s: [".", "live", "leadership", "runtime"],
  embedded: [
    "objects",
    "schema",
    "store",
    "kinds",
    "patch",
    "read",
    "admission",
    "write",
    "garbage",
    "logs",
    ".",
    "actors",
    "node",
    "faults",
    "wire"
  ],
  controller: ["kinds", "facts", "attempt", "line", "manifest", "decide", "keep", "telemetry", "act", "loop"],
  agent: [
    "pod",
    "kinds",
    "broker/services",
    "bucket",
    "model",
    "agents",
    "runner/services",
    "forge",
    "git",
    "broker",
    "runner"
  ],
  http: ["contract", "services", "access", "handlers", "events", "server"],
  client: [".", "kinds", "follow", "promises"],
  dashboard: ["show", "kinds", "connect", "store", "widgets", "views", "app", "."],
  mcp: ["tools", "kinds", ".", "http"],
  cli: [
    "settings",
    "connect",
    "runs",
    "show",
    "submit",
    "follow",
    "evidence",
    "product",
    "telemetry",
    "crds",
    "prepare",
    "release",
    "restore",
    "serve",
    "doctor",
    "verbs",
    "dev",
    "commands",
    "."
  ]
}

const insideOf = (path: string): string | undefined => /^packages\/[^/]+\/src\/(.+)$/.exec(path)?.[1]

/** The longest listed folder that the file is in; undefined where the package's list has none. */
const roomOf = (list: ReadonlyArray<string>, inside: string): string | undefined =>
  list.filter((room) => inside.startsWith(`${room}/`)).toSorted((left, right) => right.length - left.length)[0] ??
    (inside.includes("/") ? undefined : list.find((room) => room === "."))

const roomProblem = (list: ReadonlyArray<string>, path: string, imported: string): string | undefined => {
  const from = roomOf(list, insideOf(path) ?? "")
  const to = roomOf(list, insideOf(imported) ?? "")
  if (from === undefined) return `${path} is in no room of its package: list its folder in tools/check/Rooms.ts`
  if (to === undefined || list.indexOf(to) <= list.indexOf(from)) return undefined
  return `${path} imports ${imported}, but room ${from} may import only ${
    list.slice(0, list.indexOf(from) + 1).join(", ")
  }`
}

const roomProblems = (modules: ReadonlyArray<Module>): ReadonlyArray<string> =>
  modules.flatMap((module) => {
    const list = rooms[packageOf(module.path) ?? ""]
    if (list === undefined) return []
    const problems = [module.path, ...importsOf(module)]
      .filter((imported) => packageOf(imported) === packageOf(module.path) && insideOf(imported) !== undefined)
      .flatMap((imported) => roomProblem(list, module.path, imported) ?? [])
    return [...new Set(problems)]
  })

/** Groups of modules that reach each other (Tarjan's strongly connected components), each sorted. */
const circlesOf = (graph: ReadonlyMap<string, ReadonlyArray<string>>): ReadonlyArray<ReadonlyArray<string>> => {
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const open: Array<string> = []
  const circles: Array<ReadonlyArray<string>> = []
  const visit = (module: string): number => {
    const index = order.size
    order.set(module, index)
    lowest.set(module, index)
    open.push(module)
    for (const next of graph.get(module) ?? []) {
      if (!graph.has(next)) continue
      const reached = order.has(next) ? (open.includes(next) ? order.get(next) : undefined) : visit(next)
      lowest.set(module, Math.min(lowest.get(module) ?? index, reached ?? index))
    }
    if (lowest.get(module) === index) {
      const circle = open.splice(open.indexOf(module))
      if (circle.length > 1) circles.push(circle.toSorted())
    }
    return lowest.get(module) ?? index
  }
  for (const module of graph.keys()) if (!order.has(module)) visit(module)
  return circles
}

const circleProblems = (modules: ReadonlyArray<Module>): ReadonlyArray<string> =>
  circlesOf(new Map(modules.map((module) => [module.path, importsOf(module)])))
    .map((circle) => `import each other in a circle: ${circle.join(", ")}`)

/** Every import that leaves its room the wrong way, and every circle of modules, one sentence each. */
export const roomsProblems = (modules: ReadonlyArray<Module>): ReadonlyArray<string> => {
  const within = modules.filter(({ path }) =>
    rooms[packageOf(path) ?? ""] !== undefined && insideOf(path) !== undefined
  )
  return [...roomProblems(within), ...circleProblems(within)]
}
