/** A file of a package of npm's, which is installed into a cache folder the first time; no script of it is run. */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"

interface Published {
  readonly name: string
  readonly version: string
  /** In the package. */
  readonly file: string
}

/** Its path. */
export const publishedFile = ({ file, name, version }: Published): string => {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache")
  const folder = join(cache, "orchestrator", `${name.replace(/^\W/, "").replace(/\W+/g, "-")}-${version}`)
  const place = join(folder, "node_modules", name, file)
  if (existsSync(place)) return place
  mkdirSync(folder, { recursive: true })
  const install = ["install", "--prefix", folder, "--no-save", "--ignore-scripts", `${name}@${version}`]
  execFileSync("npm", install, { stdio: ["ignore", "ignore", "inherit"] })
  return place
}
