/**
 * Who may import whom. The table is the rule; project references repeat it, and this check reads the graph of imports itself, so that a
 * deep relative path or a chain through a third module does not slip through.
 */
import { importsOf, modulesOf, packageOf } from "./Modules.ts"
import { roomsProblems } from "./Rooms.ts"
import type { Source } from "./Sources.ts"

type Package =
  | "domain"
  | "templates"
  | "k8s"
  | "embedded"
  | "controller"
  | "http"
  | "client"
  | "dashboard"
  | "mcp"
  | "agent"
  | "cli"

const mayImport: Readonly<Record<Package, ReadonlyArray<Package>>> = {
  domain: [],
  templates: ["domain"],
  k8s: ["domain"],
  embedded: ["domain", "k8s"],
  controller: ["domain", "templates", "k8s"],
  http: ["domain", "k8s"],
  client: ["domain", "http"],
  dashboard: ["domain", "http", "client"],
  mcp: ["domain", "http", "client"],
  agent: ["domain"],
  cli: ["domain", "templates", "k8s", "embedded", "controller", "http", "client", "mcp", "agent"]
}

const isTest = (path: string) => path.startsWith("packages/") && path.includes("/test/")

/** Packages whose tests need a cluster have the one in memory; a server is asked by its client. */
const testsMayImport: ReadonlyArray<Package> = ["embedded", "client"]

/** The tests of who asks a server move runs on in the cluster behind it; those of the page have the whole product there. */
const testsOf: Partial<Record<Package, ReadonlyArray<Package>>> = {
  client: ["k8s"],
  mcp: ["k8s"],
  dashboard: ["k8s", "cli"]
}

/** Modules that browsers and other people's programs load, without the server behind them. */
const contractRoots = /^packages\/(http\/src\/contract|client\/src)\//

/** What such modules may load: Effect, domain, and each other. */
const mayBePublished = /^(effect(\/.+)?$|@orchestrator\/domain\/|@orchestrator\/http\/contract\/|packages\/)/

const isPackage = (name: string | undefined): name is Package => name !== undefined && Object.hasOwn(mayImport, name)

const knownPackageOf = (path: string): Package | undefined => {
  const name = packageOf(path)
  return isPackage(name) ? name : undefined
}

const problemOf = (from: Package, source: Source, imported: string): string | undefined => {
  const scoped = /^@orchestrator\/([^/]+)/.exec(imported)?.[1]
  const target = scoped ?? knownPackageOf(imported)
  if (target === undefined || target === from) return outside(from, source, imported)
  if (scoped === undefined) return `imports ${imported} by its path: say @orchestrator/${target}/Module`
  const allowed = isTest(source.path)
    ? [...mayImport[from], ...testsMayImport, ...testsOf[from] ?? []]
    : mayImport[from]
  return isPackage(target) && allowed.includes(target)
    ? undefined
    : `imports ${imported}, but ${from} may import ${allowed.length === 0 ? "no other package" : allowed.join(", ")}`
}

/** Domain is used everywhere, so its sources stay within Effect's core. */
const outside = (from: Package, { path }: Source, imported: string): string | undefined =>
  from === "domain" && path.startsWith("packages/domain/src/") && !imported.startsWith("packages/") &&
    imported !== "effect"
    ? `imports ${imported}, but domain's sources may import effect only`
    : undefined

const directProblems = (modules: ReadonlyArray<Source>): ReadonlyArray<string> =>
  modules.flatMap((module) => {
    const from = knownPackageOf(module.path)
    if (from === undefined) return []
    return importsOf(module).flatMap((imported) => {
      const problem = problemOf(from, module, imported)
      return problem === undefined ? [] : [`${module.path} ${problem}`]
    })
  })

/** The contract's modules and all that they load, each with what must not be there. */
const contractProblems = (modules: ReadonlyArray<Source>): ReadonlyArray<string> => {
  const byPath = new Map(modules.map((module) => [module.path, module]))
  const reached = new Set(modules.filter(({ path }) => contractRoots.test(path)).map(({ path }) => path))
  const problems: Array<string> = []
  for (const path of reached) {
    const module = byPath.get(path)
    for (const imported of module === undefined ? [] : importsOf(module)) {
      if (byPath.has(imported)) reached.add(imported)
      if (!mayBePublished.test(imported)) {
        problems.push(
          `${path} imports ${imported}, but the HTTP contract and client load it and may import effect and domain only`
        )
      }
    }
  }
  return problems
}

const referenceProblems = (sources: ReadonlyArray<Source>): ReadonlyArray<string> =>
  sources.flatMap(({ path, text }) => {
    const from = knownPackageOf(path)
    if (from === undefined || path !== `packages/${from}/tsconfig.json`) return []
    return [...text.matchAll(/"path":\s*"\.\.\/([^"]+)"/g)]
      .map(([, name = ""]) => name)
      .filter((name) => !isPackage(name) || !mayImport[from].includes(name))
      .map((name) => `${path} references ${name}, which ${from} may not import`)
  })

/** Every import and project reference that crosses a boundary, one sentence each. */
export const boundaryProblems = (sources: ReadonlyArray<Source>): ReadonlyArray<string> => {
  const modules = modulesOf(sources)
  return [
    ...directProblems(modules),
    ...roomsProblems(modules.filter(({ path }) => path.includes("/src/"))),
    ...contractProblems(modules),
    ...referenceProblems(sources)
  ]
}
