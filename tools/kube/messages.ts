/**
 * Makes packages/embedded/src/wire/protobuf/messages.json, the fields of the kinds that the embedded cluster serves, from the tags of
 * Kubernetes' Go types: `node tools/kube/messages.ts [VERSION]`, with the modules that tools/kube/build has loaded (k8s.io/api and its like).
 */
import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const version = process.argv[2] ?? "v0.37.2"
const cache = execFileSync("go", ["env", "GOMODCACHE"], { encoding: "utf8" }).trim()
const target = fileURLToPath(new URL("../../packages/embedded/src/wire/protobuf/messages.json", import.meta.url))

const packages: Readonly<Record<string, string>> = {
  "k8s.io/api/core/v1": "api",
  "k8s.io/api/batch/v1": "api",
  "k8s.io/api/coordination/v1": "api",
  "k8s.io/api/authentication/v1": "api",
  "k8s.io/api/authorization/v1": "api",
  "k8s.io/apimachinery/pkg/apis/meta/v1": "apimachinery",
  "k8s.io/apimachinery/pkg/types": "apimachinery",
  "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1": "apiextensions-apiserver"
}

const roots = [
  ["k8s.io/apimachinery/pkg/apis/meta/v1", "TypeMeta", "DeleteOptions"],
  [
    "k8s.io/api/core/v1",
    "Pod",
    "ConfigMap",
    "Secret",
    "PersistentVolumeClaim",
    "Event",
    "Namespace",
    "ServiceAccount",
    "Node",
    "Binding"
  ],
  ["k8s.io/api/batch/v1", "Job"],
  ["k8s.io/api/coordination/v1", "Lease"],
  ["k8s.io/api/authentication/v1", "TokenReview", "TokenRequest", "SelfSubjectReview"],
  [
    "k8s.io/api/authorization/v1",
    "SubjectAccessReview",
    "LocalSubjectAccessReview",
    "SelfSubjectAccessReview",
    "SelfSubjectRulesReview"
  ],
  ["k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1", "CustomResourceDefinition"]
] as const

/** What Go writes as something else than the message of its name, with the decoder's word for it. */
const special: Readonly<Record<string, string>> = {
  "k8s.io/apimachinery/pkg/apis/meta/v1.Time": "time",
  "k8s.io/apimachinery/pkg/apis/meta/v1.MicroTime": "microtime",
  "k8s.io/apimachinery/pkg/api/resource.Quantity": "quantity",
  "k8s.io/apimachinery/pkg/util/intstr.IntOrString": "intOrString",
  "k8s.io/apimachinery/pkg/runtime.RawExtension": "raw",
  "k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1": "raw",
  "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSON": "raw",
  "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrArray": "schemaOrArray",
  "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrBool": "schemaOrBool",
  "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrStringArray": "schemaOrTexts"
}

const scalars: Readonly<Record<string, string>> = {
  string: "string",
  bool: "bool",
  int: "int",
  int32: "int",
  int64: "int",
  float64: "double"
}

interface Declared {
  /** The package that declares it. */
  readonly home: string
  /** Of its file, by the name that it has there. */
  readonly imports: ReadonlyMap<string, string>
  /** The fields of a struct, else what it is another name for. */
  readonly fields?: string
  readonly alias?: string
}

const declarations = new Map<string, Declared>()

for (const [home, module] of Object.entries(packages)) {
  const folder = join(cache, `k8s.io/${module}@${version}`, home.replace(`k8s.io/${module}`, ""))
  const files = readdirSync(folder).filter((name) => name.endsWith(".go") && !/_test|generated/.test(name))
  for (const name of files) {
    const text = readFileSync(join(folder, name), "utf8")
    const block = /^import \(([^]*?)^\)/m.exec(text)?.[1] ?? /^import (.*)$/m.exec(text)?.[1] ?? ""
    const imports = new Map(
      [...block.matchAll(/(?:(\w+)\s+)?"([^"]+)"/g)].map((
        [, as, path = ""]
      ) => [as ?? path.split("/").at(-1) ?? "", path])
    )
    for (const [, type = "", fields = ""] of text.matchAll(/^type (\w+) struct \{\n([^]*?)^\}/gm)) {
      declarations.set(`${home}.${type}`, { home, imports, fields })
    }
    for (const [, type = "", alias = ""] of text.matchAll(/^type (\w+) =? ?([\w.[\]*]+)$/gm)) {
      if (!declarations.has(`${home}.${type}`)) declarations.set(`${home}.${type}`, { home, imports, alias })
    }
  }
}

const qualified = (type: string, { home, imports }: Declared): string => {
  const [first = "", second] = type.split(".")
  return second === undefined ? `${home}.${first}` : `${imports.get(first) ?? first}.${second}`
}

const messages = new Map<string, string>()

/** The decoder's words for a Go type: its type and shape. */
const wordsFor = (type: string, within: Declared): string | undefined => {
  const plain = type.replace(/^\*/, "")
  if (plain === "[]byte") return "bytes"
  const [, value] = /^map\[[\w.]+\](.+)$/.exec(plain) ?? []
  if (value !== undefined) return shaped(wordsFor(value, within), "{}")
  if (plain.startsWith("[]")) return shaped(wordsFor(plain.slice(2), within), "[]")
  const scalar = scalars[plain]
  if (scalar !== undefined) return scalar
  const name = qualified(plain, within)
  const known = special[name]
  if (known !== undefined) return addSpecial(known)
  const declared = declarations.get(name)
  // Of a group that is not served (alpha): a client that sends the field is told so.
  if (declared === undefined) return undefined
  if (declared.alias?.startsWith("[]") === true && name.endsWith(".ExtraValue")) return "texts"
  return declared.alias === undefined ? addMessage(name) : wordsFor(declared.alias, declared)
}

const shaped = (words: string | undefined, shape: string) => words === undefined ? undefined : `${words}${shape}`

const addSpecial = (word: string): string => {
  if (word.startsWith("schemaOr")) {
    addMessage("k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaProps")
  }
  return word
}

const addMessage = (name: string): string => {
  const declared = declarations.get(name)
  if (declared?.fields === undefined) throw new Error(`${name} is no struct`)
  const short = name.slice(name.lastIndexOf(".") + 1)
  if (messages.has(short)) return short
  messages.set(short, "")
  const fields = declared.fields.split("\n").flatMap((line) => {
    const tag = /^\s*(?:(\w+)\s+)?([\w.[\]*]+)\s+`json:"([^",]*)([^"]*)"[^`]*protobuf:"\w+,(\d+),/.exec(line)
    if (tag === null) return []
    const [, , type = "", json = "", options = "", number = ""] = tag
    const words = wordsFor(type, declared)
    if (words === undefined) return []
    if (json === "") return [`${number} inline ...${words}`]
    const keepsZero = !/[\]}]$/.test(words) && (type.startsWith("*") || !/omitempty|omitzero/.test(options))
    return [`${number} ${json} ${words}${keepsZero ? "?" : ""}`]
  })
  messages.set(short, fields.join(", "))
  return short
}

for (const [home, ...names] of roots) for (const name of names) addMessage(`${home}.${name}`)
// The one message of these whose fields have no tags of their own.
messages.set("TypeMeta", "1 apiVersion string, 2 kind string")

const sorted = Object.fromEntries([...messages].sort(([left], [right]) => (left < right ? -1 : 1)))
writeFileSync(target, `${JSON.stringify(sorted, undefined, 2)}\n`)
