/**
 * How large a run may be. Single fields are bounded where they are declared; what only their sum can say is a rule: in CEL for the API
 * server, and the same in our words for whoever does not evaluate CEL. Prompts are bounded by themselves and in no sum.
 */
import { bytesFit } from "./TextBytes.ts"

/** Variables of a run. */
export const maxEnvEntries = 64
/** Characters of a variable's value. */
export const maxEnvValue = 32_768
export const maxSecrets = 32
export const maxDependencies = 64
/** Of all names in `dependsOn`: every one is kept for as long as the run waits. */
const maxDependencyBytes = 4096
/** Of everything in a spec but its prompts, and its resources, which are small. */
const maxSpecBytes = 65_536

/** A rule of a custom resource (`x-kubernetes-validations`) with what it means. */
export interface SizeRule {
  readonly rule: string
  /** What it asks for, as in "expected ...". */
  readonly limit: string
  /** The same as `rule`, for a value that fits the schema. */
  readonly holds: (value: unknown) => boolean
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {}

const requiredTexts = [
  "service",
  "repositoryUrl",
  "docsRepositoryUrl",
  "workingDirectory",
  "docsBranch",
  "model",
  "githubUser"
]
const optionalTexts = [
  "agent",
  "docsProjectDirectory",
  "image",
  "issue",
  "localTools",
  "profile",
  "provider",
  "remoteTools",
  "setup"
]

const names = (env: unknown): number => Object.keys(fieldsOf(env)).reduce((sum, name) => sum + [...name].length, 0)

const ifThere = (field: string, size: string) => `(has(self.${field}) ? ${size} : 0)`

/** Of the spec of a CodeRun. */
export const codeSpecSize: SizeRule = {
  rule: [
    ifThere("env", "self.env.map(name, size(name) + size(bytes(self.env[name]))).sum()"),
    ifThere(
      "envFromSecrets",
      "self.envFromSecrets.map(each, size(bytes(each.name)) + size(bytes(each.secretName)) + size(bytes(each.secretKey))).sum()"
    ),
    ifThere(
      "repositories",
      "self.repositories.map(each, size(bytes(each.url)) + (has(each.branch) ? size(bytes(each.branch)) : 0) + (has(each.name) ? size(bytes(each.name)) : 0)).sum()"
    ),
    ifThere("dependsOn", "self.dependsOn.map(name, size(bytes(name))).sum()"),
    ...requiredTexts.map((field) => `size(bytes(self.${field}))`),
    ...optionalTexts.map((field) => ifThere(field, `size(bytes(self.${field}))`))
  ].join(" + ") + ` <= ${maxSpecBytes}`,
  limit: `at most ${maxSpecBytes} bytes in all fields but prompt and promptModification`,
  holds: (spec) => {
    const { prompt: _, promptModification: __, resources: ___, ...rest } = fieldsOf(spec)
    return bytesFit(rest, maxSpecBytes - names(rest["env"]))
  }
}

/** Of `dependsOn`. */
export const dependenciesSize: SizeRule = {
  rule: `self.map(name, size(bytes(name))).sum() <= ${maxDependencyBytes}`,
  limit: `names of at most ${maxDependencyBytes} bytes in all`,
  holds: (value) => bytesFit(value, maxDependencyBytes)
}

/** Every rule, for whoever evaluates a generated schema without CEL. */
export const sizeRules: ReadonlyArray<SizeRule> = [codeSpecSize, dependenciesSize]
