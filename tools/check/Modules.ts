/** The graph of imports that the checks of boundaries and rooms read. */
import { posix } from "node:path"
import type { Source } from "./Sources.ts"

export type Module = Source

/** `packages/k8s/src/Kinds.ts` -> `k8s` */
export const packageOf = (path: string): string | undefined => /^packages\/([^/]+)\//.exec(path)?.[1]

/** What stands in quotes after `from` or `import`: packages' names as they are, relative paths from the root of the repository. */
export const importsOf = ({ path, text }: Module): ReadonlyArray<string> =>
  [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"\n]+)"/g)].map(([, name = ""]) =>
    name.startsWith(".") ? posix.join(posix.dirname(path), name) : name
  )

export const modulesOf = (sources: ReadonlyArray<Source>): ReadonlyArray<Module> =>
  sources.filter(({ path }) => path.startsWith("packages/") && /\.tsx?$/.test(path))
