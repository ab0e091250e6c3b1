/**
 * The bill of materials of what `npm run build` makes, in CycloneDX's form: the packages of which a module is in a bundle, and no tool that only
 * made one. What Debian and Node bring is in the image's own attestation.
 */
import { Effect, FileSystem, Path, Schema } from "effect"

const Manifest = Schema.fromJsonString(Schema.Struct({
  name: Schema.String,
  version: Schema.String,
  license: Schema.optionalKey(Schema.String)
}))

type Manifest = typeof Manifest.Type

const insidePackage = /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//

/** Folders of the packages that these modules are of; our own modules are of none. */
export const packageFolders = (modules: Iterable<string>): ReadonlyArray<string> => {
  const folders = [...modules].flatMap((module) => insidePackage.exec(module)?.[1] ?? [])
  return [...new Set(folders)].toSorted()
}

const purlOf = ({ name, version }: Manifest): string => `pkg:npm/${name.replace("@", "%40")}@${version}`

const component = (manifest: Manifest) => ({
  type: "library",
  "bom-ref": purlOf(manifest),
  name: manifest.name,
  version: manifest.version,
  purl: purlOf(manifest),
  ...(manifest.license === undefined ? {} : { licenses: [{ expression: manifest.license }] })
})

/** The same packages make the same bill: it has no time and no number of its own. */
export const billOf = (version: string, packages: ReadonlyArray<Manifest>) => {
  const components = new Map(packages.map((manifest) => [purlOf(manifest), component(manifest)]))
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { type: "application", "bom-ref": "orchestrator", name: "orchestrator", version } },
    components: [...components.entries()].toSorted(([a], [b]) => a < b ? -1 : 1).map(([, each]) => each)
  }
}

/** Reads the packages' own manifests. */
export const makeBill = Effect.fn("makeBill")(function*(root: string, modules: Iterable<string>) {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const read = (folder: string) =>
    Effect.flatMap(fs.readFileString(join(folder, "package.json")), Schema.decodeEffect(Manifest))
  const { version } = yield* read(join(root, "packages/cli"))
  return billOf(version, yield* Effect.forEach(packageFolders(modules), read))
})
