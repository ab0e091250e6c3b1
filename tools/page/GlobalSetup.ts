/**
 * What the tests of the page need: a browser, the fonts that the pictures were taken with, and the page, built from these sources. What is
 * missing is said before anything starts, and fails the run: tests that are left out prove nothing.
 */
import { NodeServices } from "@effect/platform-node"
import { isFreshPage } from "@orchestrator/cli/settings/PageSources"
import { Effect } from "effect"
import { execFileSync, spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { chromiumPath } from "./Chromium.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const page = `${root}/packages/dashboard/dist`

/** Of a font that is asked for by this name, the one that is there. */
const fontFor = (name: string): string =>
  spawnSync("fc-match", ["-f", "%{family}", name], { encoding: "utf8" }).stdout ?? ""

const missing = (): ReadonlyArray<string> => [
  ...(spawnSync(chromiumPath, ["--version"]).status === 0 ? [] : ["chromium"]),
  ...(fontFor("DejaVu Sans").startsWith("DejaVu Sans") ? [] : ["fonts-dejavu-core", "fontconfig"])
]

const setup = async (): Promise<void> => {
  const packages = missing()
  if (packages.length > 0) {
    throw new Error(
      `The page's tests need ${packages.join(" and ")}: apt-get install ${
        packages.join(" ")
      }. CHROMIUM names another chromium`
    )
  }
  if (await Effect.runPromise(Effect.provide(isFreshPage(page, root), NodeServices.layer))) return
  execFileSync(process.execPath, ["tools/buildPage.ts"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] })
}

// Vitest asks for this shape.
// oxlint-disable-next-line import/no-default-export
export default setup
