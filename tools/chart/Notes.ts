/** The notes of an installation, rendered without a cluster: by a chart that links to ours and has them as its only object. */
import { Effect, FileSystem, Path } from "effect"
import { chart } from "./Files.ts"
import { runHelm } from "./Helm.ts"
import { type JsonObject, valueIn } from "./Json.ts"
import { readManifests } from "./Rendered.ts"
import { type ChartOptions, fileArgs, trial, words } from "./Trial.ts"

interface NotesCase {
  readonly name: string
  /** Of chart/test/values. */
  readonly file?: string
  readonly values?: JsonObject
  readonly says: ReadonlyArray<string>
  readonly silentOn?: ReadonlyArray<string>
}

const inTheClear = "tokens of callers are sent unencrypted"
const hosts = [{ host: "a.example.com" }, { host: "b.example.com" }]
const secure = { enabled: true, hosts, tls: [{ secretName: "t", hosts: hosts.map(({ host }) => host) }] }
const redirect = (name: string, value: string) => ({ [`${name}.ingress.kubernetes.io/ssl-redirect`]: value })

/** Ways in which a token can be made to travel without encryption, and ways in which it does not. */
const clearTextCases: ReadonlyArray<NotesCase> = [
  ...[
    { name: "an Ingress without TLS", values: { ingress: { enabled: true, tls: [] } } },
    {
      name: "an Ingress with TLS for one of two hosts",
      values: { ingress: { ...secure, tls: [{ secretName: "t", hosts: ["a.example.com"] }] } }
    },
    {
      name: "an Ingress that also answers http",
      values: { ingress: { ...secure, annotations: redirect("nginx", "false") } }
    },
    {
      name: "force-ssl-redirect that is off",
      values: {
        ingress: {
          ...secure,
          annotations: { ...redirect("nginx", "true"), "nginx.ingress.kubernetes.io/force-ssl-redirect": "false" }
        }
      }
    },
    {
      name: "the same of another controller",
      values: {
        ingress: { ...secure, annotations: { ...redirect("nginx", "true"), "haproxy.org/ssl-redirect": "False" } }
      }
    },
    {
      name: "a controller that is told to allow http",
      values: {
        ingress: {
          ...secure,
          annotations: { ...redirect("nginx", "true"), "kubernetes.io/ingress.allow-http": "true" }
        }
      }
    },
    { name: "a load balancer to plain HTTP", values: { service: { type: "LoadBalancer" } } },
    { name: "a port of every node to plain HTTP", values: { service: { type: "NodePort" } } }
  ].map(({ name, values }) => ({ name: `${name} is said`, values, says: [inTheClear] })),
  ...[
    {
      name: "an Ingress with TLS for all hosts",
      values: { ingress: { ...secure, annotations: redirect("nginx", "true") } }
    },
    {
      name: "a wildcard that covers them",
      values: {
        ingress: {
          ...secure,
          annotations: redirect("nginx", "true"),
          tls: [{ secretName: "t", hosts: ["*.example.com"] }]
        }
      }
    },
    { name: "a load balancer to HTTPS", values: { service: { type: "LoadBalancer" }, tls: { secretName: "t" } } },
    { name: "the defaults", values: {} }
  ].map(({ name, values }) => ({ name: `${name} is fine`, values, says: ["kubectl apply"], silentOn: [inTheClear] }))
]

const notesCases: ReadonlyArray<NotesCase> = [
  {
    name: "the notes say what to do and what is missing",
    says: ["kubectl port-forward", "MISSING: the Secret orchestrator-secrets with the key ANTHROPIC_API_KEY"],
    silentOn: ["IGNORED", "WARNING"]
  },
  {
    name: "the notes name the values of older charts that are ignored",
    file: "guide.yaml",
    says: ["  config.helmChartPath", "  config.helmNamespace", "  config.helmTimeout"],
    silentOn: ["MISSING", "  secrets.githubToken", "  config.rustLog"]
  },
  {
    name: "the seed's values are all known, and its rules are said to replace ours",
    file: "seed.yaml",
    says: ["rbac.rules replaces"],
    silentOn: ["IGNORED"]
  },
  {
    name: "an unknown value and an open API are said",
    values: { replicas: 3, agent: { image: { version: "1" } }, auth: { mode: "none" } },
    says: ["IGNORED", "  replicas", "  agent.image.version", "WARNING: auth.mode"]
  },
  {
    name: "an Ingress without a class is said",
    values: { ingress: { enabled: true, className: "" } },
    says: ["the Ingress names no class"]
  },
  ...clearTextCases,
  {
    name: "an agents' image that is too old for this version is said",
    file: "seed.yaml",
    says: ["WARNING: agent.image.tag is 1.0.56", "--set agent.image.tag="]
  },
  {
    name: "but not a digest of the same repository",
    values: { agent: { image: { tag: "1.0.56", digest: `sha256:${"1".repeat(64)}` } } },
    says: ["kubectl apply"],
    silentOn: ["agent.image.tag is"]
  },
  {
    name: "ssh that no policy lets through is said, until one does",
    values: { networkPolicy: { agent: { ports: [443, 22] } } },
    says: ["kubectl apply"],
    silentOn: ["Remotes by ssh"]
  }
]

const notesChart = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const root = yield* fs.makeTempDirectoryScoped({ prefix: "chart-notes-" })
  const link = (name: string) => fs.symlink(join(chart, name), join(root, name))
  yield* fs.makeDirectory(join(root, "templates"))
  const helpers = (yield* fs.readDirectory(join(chart, "templates"))).filter((name) => name.endsWith(".tpl"))
  yield* Effect.forEach(["Chart.yaml", "values.yaml", "files", ...helpers.map((name) => `templates/${name}`)], link)
  yield* fs.writeFileString(
    join(root, "templates/notes.yaml"),
    "kind: Notes\ntext: {{ include \"orchestrator.notes\" . | toJson }}\n"
  )
  return root
})

const wrongWith = (text: string, { says, silentOn = [] }: NotesCase): string | undefined => {
  const wrong = [
    ...says.filter((each) => !text.includes(each)).map((each) => `does not say ${each}`),
    ...silentOn.filter((each) => text.includes(each)).map((each) => `says ${each}`)
  ]
  return wrong.length === 0 ? undefined : `${wrong.join("; ")}\n${text}`
}

export const notesProblems = Effect.fn("notesProblems")(function*({ helm }: ChartOptions) {
  const root = yield* notesChart
  return yield* Effect.forEach(notesCases, (each) =>
    Effect.map(
      runHelm(
        helm,
        ["template", "orchestrator", root, "--namespace", "orchestrator", ...fileArgs(each.file)],
        each.values
      ),
      ({ ok, stderr, stdout }) => {
        const text = valueIn(readManifests(stdout)[0], "text")
        return trial(each.name, ok && typeof text === "string" ? wrongWith(text, each) : words(stderr))
      }
    ))
}, Effect.scoped)
