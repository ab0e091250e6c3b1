/** What a real API server says of the rendered objects. Runs where its program lies beside helm; a namespace enforces Pod Security. */
import { Effect, FileSystem, Path, Stream } from "effect"
import { ChildProcess, ChildProcessSpawner } from "effect/process"
import { fileURLToPath } from "node:url"
import { chart } from "./Files.ts"
import { runHelm } from "./Helm.ts"
import { isObject, type JsonObject, valueIn } from "./Json.ts"
import { idOf, readManifests } from "./Rendered.ts"
import { type ChartOptions, fileArgs, type Trial, trial, words } from "./Trial.ts"

const kube = (program: string) => fileURLToPath(new URL(`../kube/${program}`, import.meta.url))

const run = Effect.fnUntraced(function*(
  program: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>,
  input = ""
) {
  const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
  const child = yield* spawner.spawn(
    ChildProcess.make(program, args, { stdin: Stream.make(new TextEncoder().encode(input)), env, extendEnv: true })
  )
  const said = yield* child.all.pipe(Stream.decodeText(), Stream.mkString)
  return { ok: (yield* child.exitCode) === 0, said }
}, Effect.scoped)

/** An API server without controllers, for the length of a scope. */
const apiServer = Effect.fnUntraced(function*(assets: string) {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "chart-kube-" })
  const env = { KUBEBUILDER_ASSETS: assets }
  yield* Effect.acquireRelease(
    run("bash", [kube("up"), folder, "--api-only"], env),
    () => Effect.ignore(run("bash", [kube("down"), folder], env))
  )
  const kubeconfig = join(folder, "kubeconfig")
  return {
    kubeconfig,
    kubectl: (args: ReadonlyArray<string>, input?: string) =>
      run(join(assets, "kubectl"), args, { KUBECONFIG: kubeconfig }, input)
  }
})

const serviceAccount = (name: string): JsonObject => ({
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name, namespace: "orchestrator" }
})

const ground: ReadonlyArray<JsonObject> = [
  {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "orchestrator", labels: { "pod-security.kubernetes.io/enforce": "restricted" } }
  },
  serviceAccount("default"),
  serviceAccount("orchestrator")
]

/** The usual one is there already, for the pods. */
const accountOfItsOwn = { serviceAccount: { name: "chart" } }

const definition = "kind: CustomResourceDefinition"

const apiKey: JsonObject = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "orchestrator-secrets", namespace: "orchestrator" },
  stringData: { ANTHROPIC_API_KEY: "not-a-real-key" }
}

const loosePod: JsonObject = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "loose", namespace: "orchestrator" },
  spec: { containers: [{ name: "loose", image: "loose" }] }
}

const documents = (objects: ReadonlyArray<JsonObject>) =>
  objects.map((object) => JSON.stringify(object)).join("\n---\n")

/** The pod that a Deployment or Job makes: Pod Security refuses pods, and only warns of what makes them. */
const podOf = (object: JsonObject): JsonObject | undefined => {
  const template = valueIn(object, "spec", "template")
  if (!isObject(template) || !isObject(template["metadata"])) return undefined
  const metadata = { ...template["metadata"], name: "pod", namespace: "orchestrator" }
  return { apiVersion: "v1", kind: "Pod", ...template, metadata }
}

/** Kinds of the Prometheus operator, which is not there. */
const isServed = ({ apiVersion }: JsonObject) => !String(apiVersion).startsWith("monitoring.coreos.com/")

const agentJobs = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const golden = (kind: string) =>
    fileURLToPath(new URL(`../../packages/controller/test/manifest/golden/${kind}.json`, import.meta.url))
  return yield* Effect.forEach(["CodeRun", "DocsRun"], (kind) =>
    Effect.map(fs.readFileString(golden(kind)), (text) => {
      const parsed: unknown = JSON.parse(text)
      const job = isObject(parsed) ? parsed["job"] : undefined
      return isObject(job) ? job : {}
    }))
})

const trials = Effect.fnUntraced(function*({ helm }: ChartOptions, assets: string) {
  const { kubeconfig, kubectl } = yield* apiServer(assets)
  const { join } = yield* Path.Path
  const prepared = yield* kubectl(["apply", "-f", "-"], documents(ground))
  if (!prepared.ok) return [trial("an API server of its own", prepared.said)]
  const dryRun = (name: string, objects: ReadonlyArray<JsonObject>) =>
    Effect.map(
      kubectl(["create", "--dry-run=server", "--validate=strict", "-f", "-"], documents(objects)),
      ({ ok, said }) => trial(name, ok && objects.length > 0 ? undefined : said)
    )
  const renderings = yield* Effect.forEach(
    [undefined, "production.yaml", "guide.yaml", "seed.yaml"],
    (file) =>
      Effect.gen(function*() {
        const args = ["template", "orchestrator", chart, "--namespace", "orchestrator", "--kube-version", "1.37.0"]
        const { stderr, stdout } = yield* runHelm(helm, [...args, ...fileArgs(file)], {
          serviceAccount: { name: "chart" }
        })
        const name = file ?? "default"
        if (stdout === "") return [trial(name, words(stderr))]
        const objects = readManifests(stdout).filter(isServed)
        const pods = objects.filter((object) => podOf(object) !== undefined)
        const admitted = yield* Effect.forEach(pods, (object) =>
          dryRun(
            `${name}: the pod of ${idOf(object)} is admitted where Pod Security is restricted`,
            [withAccount(podOf(object) ?? {})]
          ))
        return [yield* dryRun(`${name}: the API server takes every object`, objects.map(withAccount)), ...admitted]
      })
  )
  const agents = yield* Effect.forEach(
    yield* agentJobs,
    (job) => dryRun(`the pod of an agent's ${idOf(job)} is admitted as well`, [podOf(job) ?? {}])
  )
  const installed = runHelm(
    helm,
    ["install", "orchestrator", chart, "--namespace", "orchestrator", "--dry-run=server"],
    accountOfItsOwn,
    kubeconfig
  )
  const fresh = yield* installed
  yield* kubectl(["apply", "-f", join(chart, "..", "crds"), "--server-side"])
  yield* kubectl(["apply", "-f", "-"], documents([apiKey]))
  const onTop = yield* installed
  const loose = yield* kubectl(["create", "--dry-run=server", "-f", "-"], documents([loosePod]))
  return [
    ...renderings.flat(),
    ...agents,
    trial(
      "an installation brings the definitions, and misses the API key",
      fresh.stdout.includes(definition) && fresh.stdout.includes("MISSING: the Secret")
        ? undefined
        : words(fresh.stderr)
    ),
    trial(
      "definitions that kubectl looks after are left alone, which the notes say; a key that is there is not missing",
      onTop.ok && !onTop.stdout.includes(definition) && onTop.stdout.includes("is not this release's") &&
        !onTop.stdout.includes("MISSING")
        ? undefined
        : `${words(onTop.stderr)}\n${onTop.stdout.split("\nNOTES:")[1]}`
    ),
    trial("a pod that is not restricted is refused there", loose.said.includes("PodSecurity") ? undefined : loose.said)
  ]
}, Effect.scoped)

/** Pods name a service account that is there; that of the chart is created in the same go, and so not yet there. */
const withAccount = (object: JsonObject): JsonObject =>
  object["kind"] === "Pod" && isObject(object["spec"])
    ? { ...object, spec: { ...object["spec"], serviceAccountName: "orchestrator" } }
    : object

export const controlPlaneProblems = Effect.fn("controlPlaneProblems")(function*(options: ChartOptions) {
  const fs = yield* FileSystem.FileSystem
  const { dirname, join } = yield* Path.Path
  const assets = dirname(options.helm)
  if (yield* fs.exists(join(assets, "kube-apiserver"))) return yield* trials(options, assets)
  const skipped: ReadonlyArray<Trial> = [
    trial(
      "not tried on an API server: there is no kube-apiserver beside helm; tools/kube/build makes one (Go 1.26)",
      undefined
    )
  ]
  return skipped
})
