/**
 * Makes what a release consists of, as the release's workflow does, in dist/release: the orchestrator's image as an OCI layout, the bill of
 * materials that is in it, the chart whose defaults are that image by its digest, the client's package. Agents' images are image:test's.
 */
import { execFileSync } from "node:child_process"
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { billFile, imagesFile, layoutOf, releaseFolder } from "./Artifacts.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

const run = (command: string, args: ReadonlyArray<string>): string =>
  execFileSync(command, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 1 << 28 })

const version = (): string => JSON.parse(readFileSync(join(root, "packages/cli/package.json"), "utf8")).version

const repository = "ghcr.io/5dlabs/platform/orchestrator"

const makeImage = (folder: string) => {
  const [container = "", files = ""] = run("tools/image/mount", ["Dockerfile", "orchestrator:test"]).split("\n")
  // By its id: a tag is what somebody built last.
  const id = run("buildah", ["inspect", "--format", "{{.FromImageID}}", container]).trim()
  copyFileSync(join(files, "app/dist", billFile), join(folder, billFile))
  run("buildah", ["rm", container])
  const digestFile = join(folder, "digest")
  run("buildah", ["push", "--quiet", "--digestfile", digestFile, id, layoutOf(folder)])
  const digest = readFileSync(digestFile, "utf8").trim()
  rmSync(digestFile)
  writeFileSync(join(folder, imagesFile), `${repository}:${version()}@${digest}\n`)
}

const setup = (): void => {
  const folder = join(root, releaseFolder)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  makeImage(folder)
  run(process.execPath, ["tools/release/packageChart.ts", join(folder, imagesFile), folder])
  run(process.execPath, ["tools/buildClient.ts"])
  run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder, join(root, "dist/client")])
}

// Vitest asks for this shape.
// oxlint-disable-next-line import/no-default-export
export default setup
