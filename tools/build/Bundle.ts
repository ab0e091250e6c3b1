/**
 * A program with all that it imports, Node's own modules excepted. Minified: it then starts sooner and stays smaller; no name of a
 * function or class is read while the program runs. What a command loads on demand can stay apart: `serve` is 20 MB smaller without the
 * API's documentation page and the local cluster in its file.
 */
import * as Undici from "@effect/platform-node/Undici"
import { Effect, FileSystem, Path, Schema } from "effect"
import * as http from "node:http"
import { type Plugin, rolldown } from "rolldown"

export interface Program {
  /** Module that starts the program, from the root of the repository. */
  readonly entry: string
  /** Name of the file in `dist/`, without its extension. */
  readonly name: string
  /** Whether what is imported on demand becomes files beside it (`name-*.mjs`), loaded only then. */
  readonly onDemand: boolean
}

export class BundleError extends Schema.TaggedError<BundleError>()("BundleError", {
  entry: Schema.String,
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `${this.entry} cannot be bundled: ${this.cause instanceof Error ? this.cause.message : String(this.cause)}`
  }
}

const attempt = <A>(entry: string, run: () => Promise<A>) =>
  Effect.tryPromise({ try: run, catch: (cause) => new BundleError({ entry, cause }) })

/** client-node does not say that importing a model does nothing else. */
const treeshake = { moduleSideEffects: [{ test: /\/@kubernetes\/client-node\//, sideEffects: false }] }

/** Node's own client of the web, which `node:http` has by getters. */
const ofTheWeb: ReadonlySet<string> = new Set(["WebSocket", "CloseEvent", "MessageEvent"])

/**
 * An `import` of Node's own module reads all that it exports, and `node:http` then loads undici, 7 MB that nobody here uses. The same by its
 * name, with the rest of its exports.
 */
const withoutUndici: Plugin = {
  name: "without-undici",
  resolveId: (id) => id === "node:http" || id === "http" ? { id: "\0node-http", moduleSideEffects: false } : undefined,
  load: (id) => {
    if (id !== "\0node-http") return undefined
    const names = Object.keys(http).filter((name) =>
      name !== "default" && name !== "module.exports" && !ofTheWeb.has(name)
    )
    return `const http = process.getBuiltinModule("node:http")\nexport default http\nexport const { ${
      names.join(", ")
    } } = http\n`
  }
}

/**
 * What platform-node passes on of undici by `export *`, with its names: of a module that is no ES module, and loaded when it is needed, the
 * bundler takes none to be used, and leaves out all.
 */
const namesOfUndici: Plugin = {
  name: "names-of-undici",
  load: (id) => {
    if (!id.endsWith("/@effect/platform-node/dist/Undici.js")) return undefined
    const names = Object.keys(Undici).filter((name) => name !== "default" && name !== "module.exports")
    return `import undici from "undici"\nexport default undici\nexport const { ${names.join(", ")} } = undici\n`
  }
}

/** The parts of undici that are used by their names. */
const usedOfUndici = {
  Agent: "agent",
  Dispatcher: "dispatcher",
  Pool: "pool",
  ProxyAgent: "proxy-agent",
  Socks5ProxyAgent: "socks5-proxy-agent"
}

/**
 * undici reads all that it has when it is imported, and its `fetch`, caches, cookies, mocks and web sockets are most of that: what is used
 * of it is taken from where it is, and the whole where platform-node asks for it, or when something is fetched.
 */
const partsOfUndici: Plugin = {
  name: "parts-of-undici",
  resolveId: (id, importer) =>
    id === "undici" && importer?.endsWith("/@effect/platform-node/dist/Undici.js") === false ? "\0undici" : undefined,
  load: (id) => {
    if (id !== "\0undici") return undefined
    const parts = Object.entries(usedOfUndici)
    return [
      ...parts.map(([name, file]) => `import ${name} from "undici/lib/dispatcher/${file}.js"`),
      `import methods from "undici/lib/api/index.js"`,
      "Object.assign(Dispatcher.prototype, methods)",
      `export { ${parts.map(([name]) => name).join(", ")} }`,
      `export const fetch = async (...asked) => (await import("undici/index.js")).default.fetch(...asked)`
    ].join("\n")
  }
}

/** Its garbage is young and small: a small nursery keeps 20 MB less, and costs nothing that shows. */
const shebang = "#!/usr/bin/env -S node --max-semi-space-size=2"

/** One character that is not Latin makes V8 keep the whole text of a file with two bytes for each. */
const inAscii: Plugin = {
  name: "ascii",
  generateBundle: (_, bundle) => {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type === "chunk") chunk.code = chunk.code.replaceAll(/[^\0-\x7f]/g, escaped)
    }
  }
}

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`

/** Bundles a program into a folder (`dist/` of the repository) and answers with its files, their sizes and what each is made of. */
export const bundle = Effect.fn("bundle")(function*(
  root: string,
  program: Program,
  sourcemap: boolean,
  folder = `${root}/dist`
) {
  const { entry, name, onDemand } = program
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const build = yield* Effect.acquireRelease(
    attempt(
      entry,
      () =>
        rolldown({
          input: join(root, entry),
          platform: "node",
          cwd: root,
          logLevel: "warn",
          treeshake,
          plugins: [withoutUndici, namesOfUndici, partsOfUndici]
        })
    ),
    (opened) => Effect.promise(() => opened.close())
  )
  const { output } = yield* attempt(entry, () =>
    build.write({
      dir: folder,
      entryFileNames: `${name}.mjs`,
      chunkFileNames: `${name}-[name].mjs`,
      plugins: [inAscii],
      format: "esm",
      codeSplitting: onDemand,
      minify: true,
      sourcemap,
      banner: ({ isEntry }) => isEntry ? shebang : ""
    }))
  yield* fs.chmod(join(folder, `${name}.mjs`), 0o755)
  return yield* Effect.forEach(
    output.filter((file) => file.type === "chunk"),
    ({ fileName, moduleIds }) =>
      Effect.map(
        fs.stat(join(folder, fileName)),
        ({ size }) => ({ file: `dist/${fileName}`, bytes: Number(size), modules: moduleIds })
      )
  )
}, Effect.scoped)
