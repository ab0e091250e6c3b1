/** The package as other people have it: packed, installed in an empty project, type-checked strictly, and run against a real server. */
import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Server } from "@orchestrator/http/server/Server"
import { Context, Effect, Fiber, FileSystem, Layer, Path, Schedule, Stream } from "effect"
import { ChildProcess } from "effect/process"
import { fileURLToPath } from "node:url"
import { rolldown } from "rolldown"
import { examplesOf } from "./fixtures/Examples.ts"
import { openRuns, setStatus, TestServer } from "./fixtures/TestServer.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const packages = process.env["CLIENT_PACKAGES"] ?? ""
const nodes = { 22: process.env["NODE_22"] ?? "", 24: process.execPath }

const run = Effect.fnUntraced(function*(command: string, args: ReadonlyArray<string>, cwd: string) {
  const child = yield* ChildProcess.make(command, args, { cwd, stdin: "ignore" })
  const [text, status] = yield* Effect.all([Stream.mkString(Stream.decodeText(child.all)), child.exitCode], {
    concurrency: 2
  })
  return { text, status }
}, Effect.scoped)

/** What a person's own `tsconfig.json` would say. */
const compilerOptions = (module: "NodeNext" | "ESNext") => ({
  target: "ES2024",
  lib: ["ES2024", "DOM", "DOM.Iterable"],
  module,
  moduleResolution: module === "NodeNext" ? "NodeNext" : "Bundler",
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  types: []
})

const strangers = {
  // A misspelled field, a wrong type, and what a run has are known to the compiler.
  "Types.ts": `
import { connect, type Orchestrator } from "@orchestrator/client"
import { OrchestratorClient } from "@orchestrator/client/OrchestratorClient"
import { Effect } from "effect"

const orchestrator: Orchestrator = connect({ server: "http://127.0.0.1:1" })
// @ts-expect-error there is no such field
export const misspelled = orchestrator.codeRuns.submit({ spec: { servic: "a", repositoryUrl: "https://a/b", githubUser: "c" } })
// @ts-expect-error no such phase
export const wrong = orchestrator.codeRuns.list({ phase: "Sleeping" })
export const version: Promise<number | undefined> = orchestrator.codeRuns.get("a").then(({ spec }) => spec?.contextVersion)
export const program = Effect.gen(function*() {
  const { codeRuns } = yield* OrchestratorClient
  return (yield* codeRuns.get({ params: { name: "a" } })).phase
}).pipe(Effect.catchTag("RunNotFound", ({ hint }) => Effect.succeed(hint)))
`,
  "Browser.ts": `
import { connect } from "@orchestrator/client"
import { NotFoundError } from "@orchestrator/client/OrchestratorError"

export const check = async (server: string): Promise<string> => {
  const { codeRuns } = connect({ server })
  const failure = await codeRuns.get("no-such-run").then(() => undefined, (error: unknown) => error)
  const { items } = await codeRuns.list()
  return String(failure instanceof NotFoundError) + " " + items.length
}
Object.assign(globalThis, { check })
`
}

/** Ends whatever the examples begin, as the controller would. */
const finishRuns = Effect.repeat(
  Effect.flatMap(openRuns, (names) =>
    Effect.forEach(names, (name) =>
      setStatus(name, {
        phase: "Succeeded",
        contextVersion: 1,
        pullRequestUrl: "https://github.com/example/payments/pull/1"
      }))),
  Schedule.spaced("100 millis")
)

/** Names that Node has and a page has not mean nothing in the bundle. */
const asPage = (server: string) => `
import { readFileSync } from "node:fs"
new Function("process", "Buffer", "global", "setImmediate", "require", readFileSync("page.js", "utf8"))()
console.log(await check(${JSON.stringify(server)}))
`

/** An empty project of somebody who has installed the client. */
class Elsewhere
  extends Context.Service<Elsewhere, { readonly folder: string }>()("@orchestrator/client/test/Elsewhere")
{
  static readonly layer = Layer.effect(Elsewhere, Effect.suspend(() => install)).pipe(
    Layer.provideMerge(NodeServices.layer)
  )
}

const install = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "client-elsewhere-" })
  yield* fs.writeFileString(
    join(folder, "package.json"),
    JSON.stringify({ name: "elsewhere", private: true, type: "module" })
  )
  const packed = (yield* fs.readDirectory(packages)).map((name) => join(packages, name))
  const installed = yield* run("npm", ["install", "--offline", "--no-audit", "--no-fund", ...packed], folder)
  assert.strictEqual(installed.status, 0, installed.text)
  return { folder }
})

layer(Layer.mergeAll(TestServer, Elsewhere.layer), { timeout: "2 minutes", excludeTestServices: true })(
  "the package of the client",
  (it) => {
    it.effect("needs nothing but Effect, and no module of Node", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const { folder } = yield* Elsewhere
        assert.deepStrictEqual(
          (yield* fs.readDirectory(`${folder}/node_modules`)).filter((name) => !name.startsWith(".")),
          [
            "@orchestrator",
            "effect"
          ]
        )
        const own = `${folder}/node_modules/@orchestrator/client`
        const scripts = (yield* fs.readDirectory(own)).filter((name) => name.endsWith(".js"))
        assert.isAbove(scripts.length, 3)
        for (const script of scripts) {
          const text = yield* fs.readFileString(`${own}/${script}`)
          for (const [, name = ""] of text.matchAll(/^(?:import|export)\b[^"]*"([^"]+)";$/gm)) {
            assert.match(name, /^(effect(\/[\w-]+)?|\.\/[\w-]+\.js)$/, script)
          }
        }
      }))

    it.effect("type-checks strictly with its declarations and Effect's, as Node and as a bundler read them", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const { folder } = yield* Elsewhere
        const readme = yield* fs.readFileString(`${folder}/node_modules/@orchestrator/client/README.md`)
        const examples = Object.fromEntries(examplesOf(readme).map((text, index) => [`Example${index + 1}.ts`, text]))
        const files = { ...strangers, ...examples }
        for (const [name, text] of Object.entries(files)) yield* fs.writeFileString(`${folder}/${name}`, text)
        for (const module of ["NodeNext", "ESNext"] as const) {
          const config = { compilerOptions: compilerOptions(module), files: Object.keys(files) }
          yield* fs.writeFileString(`${folder}/tsconfig.json`, JSON.stringify(config))
          const { status, text } = yield* run("node", [`${root}/node_modules/typescript/bin/tsc`, "-p", folder], folder)
          assert.strictEqual(status, 0, text)
        }
      }))

    for (const [major, node] of Object.entries(nodes)) {
      it.effect(`does what its README says, on Node ${major}`, () =>
        Effect.gen(function*() {
          const fs = yield* FileSystem.FileSystem
          const { url } = yield* Server
          const { folder } = yield* Elsewhere
          assert.match((yield* run(node, ["--version"], folder)).text, new RegExp(`^v${major}\\.`))
          const readme = yield* fs.readFileString(`${folder}/node_modules/@orchestrator/client/README.md`)
          const [handOver = "", follow = "", errors = ""] = examplesOf(readme).map((text) =>
            text.replaceAll("http://127.0.0.1:8080", url).replaceAll("orders-404", `orders-404-${major}`)
          )
          for (const [name, text] of Object.entries({ handOver, follow, errors })) {
            yield* fs.writeFileString(`${folder}/${name}.ts`, text)
          }
          const handed = yield* Effect.forkChild(run(node, ["handOver.ts"], folder))
          const followed = yield* Effect.forkChild(run(node, ["follow.ts"], folder))
          yield* Effect.forkScoped(finishRuns)
          const waited = yield* Fiber.join(handed)
          assert.deepStrictEqual([waited.status, waited.text.trim().split("\n").at(-1)], [
            0,
            "Succeeded https://github.com/example/payments/pull/1"
          ], waited.text)
          const changes = yield* Fiber.join(followed)
          assert.match(changes.text, /^set \S+ Succeeded$/m)
          const failed = yield* run(node, ["errors.ts"], folder)
          assert.match(failed.text, /^urn:orchestrator:problem:run-not-found 404 /, failed.text)
        }))
    }

    it.effect("is bundled for browsers without any part of Node, and works with what a page has", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const { folder } = yield* Elsewhere
        yield* fs.writeFileString(`${folder}/Browser.ts`, strangers["Browser.ts"])
        const [bundle, ...others] = yield* Effect.promise(async () => {
          const build = await rolldown({
            input: `${folder}/Browser.ts`,
            platform: "browser",
            cwd: folder,
            logLevel: "silent"
          })
          const { output } = await build.write({ file: `${folder}/page.js`, format: "iife", name: "page" })
          await build.close()
          return output
        })
        assert.lengthOf(others, 0)
        assert.deepStrictEqual([...bundle.imports, ...bundle.dynamicImports], [])
        const { url } = yield* Server
        yield* fs.writeFileString(`${folder}/page.mjs`, asPage(url))
        const shown = yield* run(process.execPath, ["page.mjs"], folder)
        assert.match(shown.text, /^true \d+\n$/, shown.text)
      }))
  }
)
