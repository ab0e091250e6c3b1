/** The secrets that an agent gets to use because of what a run says. Pure. */
import { gitTokenSecretName, sshSecretName, tokenSecretName } from "@orchestrator/domain/Names"
import { Predicate } from "effect"
import type { Permission } from "../contract/Access.ts"
import type { HttpSettingsValue } from "../services/HttpSettings.ts"

const textOf = (value: unknown): ReadonlyArray<string> => Predicate.isString(value) ? [value] : []

const named = (spec: Readonly<Record<string, unknown>>): ReadonlyArray<string> => {
  const { envFromSecrets } = spec
  return Array.isArray(envFromSecrets)
    ? envFromSecrets.flatMap((each: unknown) => Predicate.isObject(each) ? textOf(Object(each)["secretName"]) : [])
    : []
}

/** Key and token of the GitHub user are mounted where they exist, so both count, whether they exist now or not. */
const ofUser = (spec: Readonly<Record<string, unknown>>, gitTokens: boolean): ReadonlyArray<string> =>
  textOf(spec["githubUser"]).flatMap((user) => [
    sshSecretName(user),
    tokenSecretName(user),
    ...(gitTokens ? [gitTokenSecretName(user)] : [])
  ])

/**
 * Using each of them, for whoever starts an attempt with this spec. `use` is a verb of ours, which lets nobody read the Secret; whoever may
 * read it may use it as well.
 */
export const secretPermissions = (
  spec: Readonly<Record<string, unknown>>,
  { gitTokens = false }: Pick<HttpSettingsValue, "gitTokens">
): ReadonlyArray<Permission> =>
  [...new Set([...named(spec), ...ofUser(spec, gitTokens)])].map((name) => ({
    verb: "use",
    or: ["get"],
    resource: "secrets",
    name
  }))
