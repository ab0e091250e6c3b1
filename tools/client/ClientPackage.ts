/**
 * The client as other people install it: what it needs of the contract and of domain is in it, Effect is beside it. JavaScript is
 * bundled; declarations are copied from where the compiler has put them (`tsc -b packages/client`), each import of ours made relative.
 */
import { Effect, FileSystem, Path, Schema } from "effect"
import { rolldown } from "rolldown"

/** Name under which it is published. */
const publishedName = "@orchestrator/client"

/** Modules that can be imported, by their subpath. */
const entries = {
  ".": "client/promises/Orchestrator",
  "./OrchestratorError": "client/promises/OrchestratorError",
  "./OrchestratorClient": "client/OrchestratorClient",
  "./WatchRuns": "client/follow/WatchRuns",
  "./FinishedRun": "client/follow/FinishedRun",
  "./Api": "http/contract/Api",
  "./Problem": "http/contract/Problem"
} as const

const moduleNames = Object.values(entries)

const scriptOf = (module: string): string => `${module.split("/").at(-1)}.js`

export class ClientPackageError extends Schema.TaggedError<ClientPackageError>()("ClientPackageError", {
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

const sourceOf = (module: string): string => {
  const [name, ...rest] = module.split("/")
  return `packages/${name}/src/${rest.join("/")}.ts`
}

const scripts = Effect.fnUntraced(function*(root: string, folder: string) {
  const build = yield* Effect.acquireRelease(
    Effect.tryPromise({
      try: () =>
        rolldown({
          input: Object.fromEntries(moduleNames.map((module) => [module.split("/").at(-1) ?? "", sourceOf(module)])),
          platform: "browser",
          cwd: root,
          external: /^effect(\/|$)/,
          logLevel: "warn"
        }),
      catch: (cause) => new ClientPackageError({ message: "The client cannot be bundled", cause })
    }),
    (opened) => Effect.promise(() => opened.close())
  )
  const { output } = yield* Effect.tryPromise({
    try: () => build.write({ dir: folder, format: "esm", entryFileNames: "[name].js", chunkFileNames: "[name].js" }),
    catch: (cause) => new ClientPackageError({ message: "The client's bundle cannot be written", cause })
  })
  const foreign = output.flatMap((file) => file.type === "chunk" ? file.imports : [])
    .filter((name) => !name.endsWith(".js") && !/^effect(\/|$)/.test(name))
  if (foreign.length > 0) {
    return yield* new ClientPackageError({
      message: `The client may import effect only, and imports ${foreign.join(", ")}`
    })
  }
}, Effect.scoped)

const imported = /((?:from|import)\s*\(?\s*)"(@orchestrator\/[^"]+|\.[^"]+)"/g

/** `@orchestrator/http/contract/Api` -> `http/contract/Api` */
const moduleOf = (specifier: string, from: string, path: Path.Path): string =>
  specifier.startsWith(".")
    ? path.join(path.dirname(from), specifier).replace(/\.ts$/, "")
    : specifier.replace("@orchestrator/", "")

const declarations = Effect.fnUntraced(function*(root: string, folder: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const reached = new Set<string>(moduleNames)
  for (const module of reached) {
    const [name = "", ...rest] = module.split("/")
    const text = yield* fs.readFileString(path.join(root, ".tsbuild", name, `${rest.join("/")}.d.ts`))
    const relative = text.replaceAll(imported, (_, before: string, specifier: string) => {
      const target = moduleOf(specifier, module, path)
      reached.add(target)
      const to = path.relative(path.dirname(module), target)
      return `${before}"${to.startsWith(".") ? to : `./${to}`}.js"`
    })
    const file = path.join(folder, "types", `${module}.d.ts`)
    yield* fs.makeDirectory(path.dirname(file), { recursive: true })
    yield* fs.writeFileString(file, relative)
  }
})

const Manifest = Schema.fromJsonString(Schema.Struct({
  version: Schema.String,
  description: Schema.String,
  license: Schema.String,
  dependencies: Schema.Struct({ effect: Schema.String })
}))

const manifest = Effect.fnUntraced(function*(root: string) {
  const fs = yield* FileSystem.FileSystem
  const { dependencies, description, license, version } = yield* Schema.decodeEffect(Manifest)(
    yield* fs.readFileString(`${root}/packages/client/package.json`)
  )
  return {
    name: publishedName,
    version,
    description,
    license,
    type: "module",
    sideEffects: false,
    exports: Object.fromEntries(
      Object.entries(entries).map(([subpath, module]) => [
        subpath,
        { types: `./types/${module}.d.ts`, default: `./${scriptOf(module)}` }
      ])
    ),
    files: ["*.js", "types"],
    engines: { node: ">=22" },
    // What the contract is written with is unstable in Effect: a minor version may change it.
    peerDependencies: { effect: `~${dependencies.effect}` }
  }
})

/** Writes the package into a folder, from which it is packed and published. */
export const writeClientPackage = Effect.fn("writeClientPackage")(function*(root: string, folder: string) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.remove(folder, { recursive: true, force: true })
  yield* fs.makeDirectory(folder, { recursive: true })
  yield* scripts(root, folder)
  yield* declarations(root, folder)
  yield* fs.writeFileString(`${folder}/package.json`, `${JSON.stringify(yield* manifest(root), undefined, 2)}\n`)
  yield* fs.copyFile(`${root}/packages/client/README.md`, `${folder}/README.md`)
  yield* fs.copyFile(`${root}/LICENSE`, `${folder}/LICENSE`)
})
