/**
 * A release, started from its files alone: the packaged chart on a real control plane whose node runs the files of the image's archive, and the
 * commands that its notes tell to type, from the first to the last, in a folder that has nothing but the release.
 */
import { assert, describe, it as plain, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs"
import { basename, join } from "node:path"
import { billFile, imagesFile, layoutOf, releaseFolder } from "../../../../tools/release/Artifacts.ts"
import { helmClusterOf } from "./helm/HelmNode.ts"
import { Image } from "./helm/Image.ts"
import { Plane, root } from "./helm/Plane.ts"
import { makeReader } from "./helm/Reader.ts"

const folder = join(root, releaseFolder)
const read = (file: string) => readFileSync(join(folder, file), "utf8")

/** A package.json, and what package-lock.json says of a package. */
interface Manifest {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const manifest = (file: string): Manifest => JSON.parse(readFileSync(join(root, file), "utf8"))

const { packages: locked } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
  readonly packages: Readonly<Record<string, Manifest>>
}

const lockedAs = (name: string): ReadonlyArray<Manifest> =>
  Object.entries(locked).flatMap(([path, found]) => path.endsWith(`node_modules/${name}`) ? [found] : [])

const only = (pattern: RegExp): string => {
  const found = readdirSync(folder).filter((file) => pattern.test(file))
  assert.lengthOf(found, 1, `${pattern} in ${folder}`)
  return join(folder, found[0] ?? "")
}

/** What our packages need to run, of others. */
const direct = new Set(
  readdirSync(join(root, "packages")).flatMap((name) =>
    Object.keys(manifest(`packages/${name}/package.json`).dependencies ?? {})
  ).filter((name) => !name.startsWith("@orchestrator/"))
)

/** And what that needs in its turn, by the lockfile: the tools are what only the repository's root needs. */
const needed = (): ReadonlySet<string> => {
  const found = new Set(direct)
  for (const name of found) {
    for (const { dependencies, optionalDependencies, peerDependencies } of lockedAs(name)) {
      for (const each of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) found.add(each)
    }
  }
  return found
}

/** What the notes tell to type, each group as it is copied: without its indentation. */
const commandsIn = (notes: string): ReadonlyArray<string> =>
  [...notes.matchAll(/(?:^ {2}.*\n)+/gm)].map(([block]) => block.replaceAll(/^ {2}/gm, ""))

/** A tunnel stays open in a terminal of its own, and an address is opened. */
const typed = (commands: string): string =>
  commands.replaceAll("USER", "demo-agent")
    .replaceAll(/^(kubectl port-forward .*)$/gm, "$1 > tunnel.log &")
    .replaceAll(/^(https?:\S+)$/gm, "curl -sSf --retry 20 --retry-connrefused -o answer $1")

describe("the files of a release", () => {
  plain("name the image by the digest that its archive has", () => {
    const index = JSON.parse(read("image/index.json")) as { manifests: ReadonlyArray<{ digest: string }> }
    assert.strictEqual(read(imagesFile).trim().split("@")[1], index.manifests[0]?.digest)
  })

  plain("have a bill of what is in the image and of no tool that only makes it", () => {
    const bill = JSON.parse(read(billFile)) as {
      bomFormat: string
      components: ReadonlyArray<{ name: string; version: string; purl: string }>
    }
    assert.strictEqual(bill.bomFormat, "CycloneDX")
    const names = bill.components.map(({ name }) => name)
    assert.includeMembers(names, [...direct])
    const expected = needed()
    assert.deepStrictEqual(names.filter((name) => !expected.has(name)), [])
    const tools = Object.keys(manifest("package.json").devDependencies ?? {}).filter((name) => !expected.has(name))
    assert.includeMembers(tools, ["vitest", "typescript", "rolldown"])
    assert.deepStrictEqual(tools.filter((name) => names.includes(name)), [])
    for (const { name, purl, version } of bill.components) {
      assert.strictEqual(purl, `pkg:npm/${name.replace("@", "%40")}@${version}`)
      assert.include(lockedAs(name).map((each) => each.version), version, name)
    }
  })

  plain("have the client's package", () => {
    assert.match(only(/client.*\.tgz$/), /\.tgz$/)
  })
})

layer(helmClusterOf(Image.layerOf(layoutOf(folder))), { excludeTestServices: true, timeout: "10 minutes" })(
  "the packaged chart",
  (it) => {
    it.effect(
      "is installed, starts the released image, and delivers a run by what its notes say",
      () =>
        Effect.gen(function*() {
          const { kubectl } = yield* Plane
          const reader = yield* makeReader
          for (const each of readdirSync(reader.work)) rmSync(join(reader.work, each))
          const chart = only(/^orchestrator-\d.*\.tgz$/)
          symlinkSync(chart, join(reader.work, basename(chart)))
          // README's "Build your own images": what a release pins is not in the way of another repository's image.
          const [own = ""] =
            /--set image\.repository=\S+ --set image\.tag=\w+/.exec(readFileSync(join(root, "README.md"), "utf8")) ??
              assert.fail("README.md says no longer how images of one's own are installed")
          const same = own.replaceAll("image.", "agent.image.").replaceAll("orchestrator", "claude-code")
          const ownImages = yield* reader.bash(`helm template orchestrator ./${basename(chart)} ${own} ${same}`)
          for (const image of ["orchestrator", "claude-code"]) assert.include(ownImages.stdout, `REGISTRY/${image}`)
          assert.match(ownImages.stdout, /image: "?REGISTRY\/orchestrator:TAG"?$/m)
          assert.notInclude(ownImages.stdout, read(imagesFile).trim().split("@")[1] ?? "")

          yield* kubectl(["create", "namespace", "orchestrator"])
          const { code, stderr, stdout: notes } = yield* reader.bash(
            `helm install orchestrator ./${basename(chart)} -n orchestrator`
          )
          assert.strictEqual(code, 0, stderr)
          const groups = commandsIn(notes)
          assert.isAtLeast(groups.length, 4, notes)
          for (const text of groups) yield* reader.follow({ file: undefined, heading: "notes", text: typed(text) })
          assert.match(readFileSync(join(reader.work, "answer"), "utf8"), /<html/i)

          const field = (what: ReadonlyArray<string>, path: string) =>
            kubectl(["get", ...what, "-n", "orchestrator", "-o", `jsonpath=${path}`])
          assert.strictEqual(yield* field(["coderun", "first"], "{.status.phase}"), "Succeeded")
          const [reference = "", digest = ""] = read(imagesFile).trim().split("@")
          const image = `${reference.slice(0, reference.lastIndexOf(":"))}@${digest}`
          assert.strictEqual(
            yield* field(["deployment", "orchestrator"], "{.spec.template.spec.containers[0].image}"),
            image
          )
          const inits = "{.items[0].spec.template.spec.initContainers[*].image}"
          const ofPods = yield* field(["jobs", "-l", "orchestrator.platform/run=first"], inits)
          assert.deepStrictEqual([...new Set(ofPods.split(" "))], [image])
        }),
      300_000
    )
  }
)
