import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Path } from "effect"
import { fileURLToPath } from "node:url"
import { boundaryProblems } from "../check/Boundaries.ts"
import { perform } from "../check/Check.ts"
import { types } from "../check/Checks.ts"

const repository = fileURLToPath(new URL("../..", import.meta.url))
const packages = ["domain", "templates", "k8s", "embedded", "controller", "http", "agent", "cli"] as const

describe("the graph of imports", () => {
  const packageJson = { path: "packages/domain/package.json", text: `{ "imports": "@orchestrator/k8s/Kinds" }` }

  it.each<{ name: string; path: string; text: string; problems: number }>([
    {
      name: "domain may not import k8s",
      path: "domain/src/A.ts",
      text: `import { K } from "@orchestrator/k8s/Kinds"`,
      problems: 1
    },
    {
      name: "domain may not import types of k8s",
      path: "domain/src/A.ts",
      text: `import type { K } from "@orchestrator/k8s/Kinds"`,
      problems: 1
    },
    {
      name: "domain may not re-export k8s",
      path: "domain/src/A.ts",
      text: `export { K } from "@orchestrator/k8s/Kinds"`,
      problems: 1
    },
    {
      name: "domain may not load k8s dynamically",
      path: "domain/src/A.ts",
      text: `const later = () => import("@orchestrator/k8s/Kinds")`,
      problems: 1
    },
    {
      name: "domain may not import k8s for its side effects",
      path: "domain/src/A.ts",
      text: `import "@orchestrator/k8s/Kinds"`,
      problems: 1
    },
    {
      name: "domain may not import k8s by a relative path",
      path: "domain/src/A.ts",
      text: `import { K } from "../../k8s/src/Kinds.ts"`,
      problems: 1
    },
    {
      name: "domain's tests may not import k8s",
      path: "domain/test/A.test.ts",
      text: `import { K } from "@orchestrator/k8s/Kinds"`,
      problems: 1
    },
    {
      name: "domain may not import k8s over several lines",
      path: "domain/src/A.ts",
      text: `import {\n  K\n} from "@orchestrator/k8s/Kinds"`,
      problems: 1
    },
    {
      name: "domain may not import Node",
      path: "domain/src/A.ts",
      text: `import { join } from "node:path"`,
      problems: 1
    },
    {
      name: "domain's tests may import Node",
      path: "domain/test/A.test.ts",
      text: `import { join } from "node:path"`,
      problems: 0
    },
    { name: "domain may import effect", path: "domain/src/A.ts", text: `import { Schema } from "effect"`, problems: 0 },
    { name: "domain may import itself", path: "domain/src/A.ts", text: `import { B } from "./b/B.ts"`, problems: 0 },
    {
      name: "k8s may import domain",
      path: "k8s/src/A.ts",
      text: `import { B } from "@orchestrator/domain/B"`,
      problems: 0
    },
    {
      name: "k8s may import domain by its package name only",
      path: "k8s/src/live/A.ts",
      text: `import { B } from "../../../domain/src/B.ts"`,
      problems: 1
    },
    {
      name: "agent may not import k8s",
      path: "agent/src/runner/A.ts",
      text: `import { K } from "@orchestrator/k8s/Kinds"`,
      problems: 1
    },
    {
      name: "http may not import controller",
      path: "http/src/server/A.ts",
      text: `import { K } from "@orchestrator/controller/decide/Plan"`,
      problems: 1
    },
    {
      name: "http's server may import k8s",
      path: "http/src/server/Server.ts",
      text: `import { K } from "@orchestrator/k8s/Kinds"`,
      problems: 0
    },
    {
      name: "http's contract may not import k8s",
      path: "http/src/contract/Api.ts",
      text: `import { K } from "@orchestrator/k8s/Kinds"`,
      problems: 1
    },
    {
      name: "http's contract may not import the cluster in memory",
      path: "http/src/server/Server.ts",
      text: `import { K } from "@orchestrator/embedded/EmbeddedCluster"`,
      problems: 1
    },
    {
      name: "http's tests may import the cluster in memory",
      path: "http/test/server/Server.test.ts",
      text: `import { K } from "@orchestrator/embedded/EmbeddedCluster"`,
      problems: 0
    },
    {
      name: "http's client may not import k8s",
      path: "client/src/OrchestratorClient.ts",
      text: `import { K } from "@orchestrator/k8s/Kinds"`,
      problems: 2
    },
    {
      name: "http's client may import the contract",
      path: "client/src/OrchestratorClient.ts",
      text: `import { Api } from "@orchestrator/http/contract/Api"`,
      problems: 0
    },
    {
      name: "http's client may not import the server",
      path: "client/src/OrchestratorClient.ts",
      text: `import { Server } from "@orchestrator/http/server/Server"`,
      problems: 1
    },
    {
      name: "http's client runs in browsers",
      path: "client/src/OrchestratorClient.ts",
      text: `import { Buffer } from "node:buffer"`,
      problems: 1
    },
    {
      name: "http's contract needs no other library",
      path: "http/src/contract/Api.ts",
      text: `import { parse } from "yaml"`,
      problems: 1
    }
  ])("$name", ({ path, problems, text }) => {
    assert.lengthOf(boundaryProblems([{ path: `packages/${path}`, text }, packageJson]), problems)
  })

  it("the HTTP contract may not reach k8s through a module between", () => {
    const reaching = [
      { path: "packages/http/src/contract/Api.ts", text: `import { A } from "../server/A.ts"` },
      { path: "packages/http/src/server/A.ts", text: `import { K } from "@orchestrator/k8s/Kinds"` }
    ]
    assert.lengthOf(
      boundaryProblems(reaching).filter((problem) => problem.includes("the HTTP contract and client load it")),
      1
    )
    assert.lengthOf(boundaryProblems(reaching.slice(1)), 0)
  })

  it("a project reference that the table does not have is a problem", () => {
    const referring = (name: string) => [{
      path: "packages/k8s/tsconfig.json",
      text: `{ "references": [{ "path": "../domain" }, { "path": "../${name}" }] }`
    }]
    assert.lengthOf(boundaryProblems(referring("controller")), 1)
    assert.lengthOf(boundaryProblems(referring("domain")), 0)
  })
})

/** A repository of two or more small modules under the real configuration of the tools. */
const repositoryWith = Effect.fnUntraced(function*(files: Readonly<Record<string, string>>) {
  const fs = yield* FileSystem.FileSystem
  const { dirname, join } = yield* Path.Path
  const root = yield* fs.makeTempDirectoryScoped({ prefix: "boundaries-" })
  const write = Effect.fnUntraced(function*(path: string, text: string) {
    yield* fs.makeDirectory(join(root, dirname(path)), { recursive: true })
    yield* fs.writeFileString(join(root, path), text)
  })
  const config = [
    ".oxlintrc.json",
    "tsconfig.base.json",
    ...packages.flatMap((name) => [`packages/${name}/package.json`, `packages/${name}/tsconfig.json`])
  ]
  yield* Effect.forEach(
    config,
    (path) => Effect.flatMap(fs.readFileString(join(repository, path)), (text) => write(path, text))
  )
  yield* Effect.forEach(Object.entries(files), ([path, text]) => write(path, text))
  yield* fs.symlink(join(repository, "node_modules"), join(root, "node_modules"))
  return root
})

describe("project references", () => {
  const typesOf = Effect.fnUntraced(function*(text: string) {
    const fs = yield* FileSystem.FileSystem
    const { join } = yield* Path.Path
    const root = yield* repositoryWith({
      "packages/domain/src/A.ts": text,
      "packages/k8s/src/B.ts": "export const b = 1\n"
    })
    yield* fs.writeFileString(
      join(root, "tsconfig.json"),
      `{ "files": [], "references": [{ "path": "packages/domain" }] }`
    )
    return yield* perform(types, root)
  })

  it.live("the compiler accepts a module of its own", () =>
    Effect.gen(function*() {
      const { ok, words } = yield* typesOf("export const a = 1\n")
      assert.isTrue(ok, words)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))

  it.live("and refuses one of a package that is not referenced", () =>
    Effect.gen(function*() {
      const { ok, words } = yield* typesOf(`export { b } from "../../k8s/src/B.ts"\n`)
      assert.isFalse(ok)
      assert.include(words, "packages/k8s/src/B.ts")
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))
})
