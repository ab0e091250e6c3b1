/** What a pod left behind: its end in words, refs upstream, and every place where a secret could be. */
import { assert } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { git } from "../fixtures/Remotes.ts"
import type { Pod, PodEnd } from "./Pod.ts"
import { secrets, type World } from "./World.ts"

/** The run ended with this reason; else the logs say why not. */
export const endedWith = (end: PodEnd, reason: string): void =>
  assert.strictEqual(end.reason, reason, `${end.message}\n--- agent\n${end.log}\n--- broker\n${end.brokerLog}\n---`)

/** Every ref of a repository with its commit. */
export const refsOf = (repository: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    git(repository, "for-each-ref", "--format=%(refname) %(objectname)").split("\n").filter(Boolean).map((line) => {
      const [ref = "", commit = ""] = line.split(" ")
      return [ref, commit]
    })
  )

/** Nothing but this branch is other than it was. */
export const onlyBranchChanged = (
  repository: string,
  before: Readonly<Record<string, string>>,
  branch: string | undefined
): void => {
  const { [`refs/heads/${branch}`]: _, ...after } = refsOf(repository)
  assert.deepStrictEqual(after, before)
}

/** Links are not followed: they may lead out. */
const filesBelow = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : []
  })

/** Objects of a repository, uncompressed. */
const objectsOf = (repository: string): string =>
  existsSync(repository)
    ? execFileSync("git", ["-C", repository, "cat-file", "--batch", "--batch-all-objects"], {
      encoding: "latin1",
      maxBuffer: 1 << 28,
      env: { PATH: process.env["PATH"], GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" }
    })
    : ""

/** No secret is in any file, object, log, message or body of a request outside of where secrets are kept. */
export const keepsSecrets = (world: World, pod: Pod, end: PodEnd): void => {
  const kept = [join(world.folder, "credentials"), join(world.folder, "ssh")]
  const places: Readonly<Record<string, () => string>> = {
    "the agent's log": () => end.log,
    "the broker's log": () => end.brokerLog,
    "the termination messages": () => JSON.stringify(pod.messages()),
    "a request to the model": () => world.model.requests.join("\n"),
    "an object of the clone": () => objectsOf(join(world.clone, ".git")),
    "an object upstream": () => objectsOf(world.remotes.target),
    ...Object.fromEntries(
      filesBelow(world.folder)
        .filter((file) => !kept.some((folder) => file.startsWith(`${folder}/`)))
        .map((file) => [file, () => readFileSync(file, "latin1")])
    )
  }
  for (const [place, text] of Object.entries(places)) {
    const found = text()
    for (const [name, secret] of Object.entries(secrets)) {
      assert.isFalse(found.includes(secret), `${name} is in ${place}`)
      assert.isFalse(
        found.includes(Buffer.from(secret).toString("base64").slice(0, -4)),
        `${name} is in ${place}, encoded`
      )
    }
  }
  assert.deepStrictEqual([...world.model.keys].filter((key) => key !== secrets.apiKey), [])
}
