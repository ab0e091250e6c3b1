/** The Secrets by which runs reach their repositories: of each user, and of the GitHub App. Pure. */
import { gitTokenSecretName, sshSecretName, tokenSecretName } from "@orchestrator/domain/Names"
import { fail, type Line, ok, warn } from "../serve/Line.ts"
import type { InstallationFacts } from "./Facts.ts"

export const mayNotLook = (check: string, what: string): Line =>
  warn(check, `you may not look at ${what}`, "Ask somebody who may: an administrator of the cluster")

const userLine = ({ config, place: { namespace }, secrets }: InstallationFacts, user: string): Line => {
  const check = `secrets of ${user}`
  const [ssh, token, gitToken] = [sshSecretName(user), tokenSecretName(user), gitTokenSecretName(user)]
  const readsGitToken = Object.keys(config?.forge.hosts ?? {}).length > 0
  const look = (name: string) => secrets.get(name) ?? "missing"
  const setUp = `scripts/setup-agent-secrets.sh --namespace ${namespace} --user ${user}`
  const looked = readsGitToken ? [ssh, token, gitToken] : [ssh, token]
  if (looked.some((name) => look(name) === "forbidden")) return mayNotLook(check, `Secrets in namespace ${namespace}`)
  const there = looked.filter((name) => look(name) !== "missing")
  const empty = there.find((name) => {
    const found = look(name)
    return name !== ssh && typeof found !== "string" && (found["token"] ?? "") === ""
  })
  const flag = (name: string | undefined) => name === gitToken ? "--git-token" : "--token"
  if (empty !== undefined) return fail(check, `${empty} has no key token`, `${setUp} ${flag(empty)} - --rotate`)
  const hasToken = there.some((name) => name !== ssh)
  const needsToken = !hasToken && (config?.github.app.id ?? "") === ""
  const missing = [
    ...(there.includes(ssh) ? [] : [ssh]),
    ...(needsToken ? [readsGitToken ? `${token} (or ${gitToken})` : token] : [])
  ]
  if (missing.length > 0) {
    return fail(
      check,
      `missing in namespace ${namespace}: ${missing.join(", ")}`,
      `${setUp} --ssh-key KEYFILE --token -${readsGitToken ? ", or --git-token - for another forge" : ""}`
    )
  }
  return !readsGitToken && typeof look(gitToken) !== "string"
    ? warn(check, `${gitToken} is there, and no run reads it`, "Name the forge that it is for in forge.hosts")
    : ok(check, there.join(", "))
}

export const userLines = (facts: InstallationFacts): ReadonlyArray<Line> =>
  facts.users.length > 0
    ? facts.users.map((user) => userLine(facts, user))
    : [
      warn("user secrets", "no runs and no --user: nobody's Secrets were looked at", "orchestrator doctor --user NAME")
    ]

/** None where no App is configured. */
export const appLines = ({ config, place: { namespace }, secrets }: InstallationFacts): ReadonlyArray<Line> => {
  if (config === undefined || config.github.app.id === "") return []
  const check = "github app"
  const { id, secretKey, secretName } = config.github.app
  const found = secrets.get(secretName) ?? "missing"
  if (found === "forbidden") return [mayNotLook(check, `the Secret ${secretName} in namespace ${namespace}`)]
  const create = `kubectl create secret generic ${secretName} -n ${namespace} --from-file=${secretKey}=downloaded.pem`
  if (found === "missing") return [fail(check, `there is no Secret ${secretName} in namespace ${namespace}`, create)]
  const key = Buffer.from(found[secretKey] ?? "", "base64").toString("utf8")
  return [
    /-----BEGIN (?:RSA )?PRIVATE KEY-----/.test(key)
      ? ok(check, `${id}, with its key in ${secretName}`)
      : fail(
        check,
        `${secretKey} of the Secret ${secretName} is no private key (PEM)`,
        `kubectl delete secret ${secretName} -n ${namespace}, then ${create}`
      )
  ]
}
