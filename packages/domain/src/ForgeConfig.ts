/** How forges are reached, and what pull requests look like there. */
import { Schema } from "effect"
import type { FieldProblem } from "./Decode.ts"
import { filled, or } from "./Default.ts"
import { ForgeHosts } from "./ForgeHosts.ts"
import { rule } from "./SpecText.ts"

const texts = Schema.Record(Schema.String, Schema.String)

export const httpUrl = Schema.String.check(
  rule("an http or https URL without credentials", (text) => /^https?:\/\/[^/\s@]+(?:\/[^\s]*)?$/.test(text))
)

export const ForgeConfig = Schema.Struct({
  /** Forges by git host (`host`, or `host:port`): of which kind, and its API where that is not at the usual place. */
  hosts: or(ForgeHosts, {}),
  /** Whether a host of `git.allowedHosts` that is no forge's by name is asked, without a token, which one it is. */
  askHosts: or(Schema.Boolean, true),
  /** Base URL of GitHub's REST API by git host, beside github.com; `""` means `https://<host>/api/v3`. */
  githubHosts: or(texts, {}),
  /** Base URL of the REST API of Gitea or Forgejo by git host; `""` means `https://<host>/api/v1`. */
  giteaHosts: or(texts, {}),
  /** Address of a task, with `{taskId}`, `{service}` and `{run}` to be filled in; pull requests link to it. */
  taskUrl: Schema.optionalKey(httpUrl),
  pullRequest: filled(Schema.Struct({
    /** Title of a CodeRun's pull request, with `{taskId}`, `{service}` and `{run}` to be filled in. */
    codeTitle: or(Schema.NonEmptyString, "Implement task {taskId}"),
    /** Title of a DocsRun's pull request, with `{run}` to be filled in. */
    docsTitle: or(Schema.NonEmptyString, "Document the tasks of {run}"),
    draft: or(Schema.Boolean, false),
    labels: or(Schema.Array(Schema.String), []),
    reviewers: or(Schema.Array(Schema.String), []),
    teamReviewers: or(Schema.Array(Schema.String), []),
    /** Branch to merge into; absent: the repository's default branch. */
    base: Schema.optionalKey(Schema.String)
  }))
})
type ForgeConfig = typeof ForgeConfig.Type

export const GitHubConfig = Schema.Struct({
  /** The App whose installation tokens brokers use in place of users' tokens, each for one repository. */
  app: filled(Schema.Struct({
    /** Its App id or client id; empty: there is none. */
    id: or(Schema.String.check(Schema.isPattern(/^[\w.-]{0,100}$/)), ""),
    /** Git host that it is at. */
    host: or(Schema.NonEmptyString, "github.com"),
    /** Secret with its private key (PEM), for the brokers. Events are handled with the App where the file `app-key` is in `events.folder`. */
    secretName: or(Schema.String, ""),
    secretKey: or(Schema.NonEmptyString, "private-key")
  }))
})
type GitHubConfig = typeof GitHubConfig.Type

/** A host has one API. */
const hostProblems = ({ giteaHosts, githubHosts, hosts }: ForgeConfig): ReadonlyArray<FieldProblem> => {
  const twice = (list: string, given: object, others: object, other: string) =>
    Object.keys(given).filter((host) => Object.hasOwn(others, host)).map((host) => ({
      path: `forge.${list}.${host}`,
      expected: `a host that is not in forge.${other}`,
      found: host
    }))
  return [
    ...twice("giteaHosts", giteaHosts, githubHosts, "githubHosts"),
    ...twice("hosts", hosts, githubHosts, "githubHosts"),
    ...twice("hosts", hosts, giteaHosts, "giteaHosts"),
    ...Object.keys(hosts).filter((host) => !/^[a-z0-9.-]+(?::\d+)?$/.test(host)).map((host) => ({
      path: `forge.hosts.${host}`,
      expected: "a git host in lower case, with its port where that is not the usual one",
      found: host
    }))
  ]
}

/** An App without a key, a key of no App, or nobody to keep it. */
const appProblems = (
  { app: { host, id, secretName } }: GitHubConfig,
  credentials: "broker" | "env"
): ReadonlyArray<FieldProblem> => [
  ...((id === "") === (secretName === "") ? [] : [{
    path: id === "" ? "github.app.id" : "github.app.secretName",
    expected: id === "" ? "the App whose key github.app.secretName has" : "the Secret with the App's private key",
    found: "nothing"
  }]),
  ...(host === host.toLowerCase() ? [] : [{ path: "github.app.host", expected: "a host in lower case", found: host }]),
  ...(id === "" || credentials === "broker" ? [] : [{
    path: "github.app.id",
    expected: "nothing where agent.credentials is env: there is no broker to keep the App's key",
    found: id
  }])
]

/** What is impossible only beside another key. */
export const forgeProblems = ({ agent, forge, github }: {
  readonly agent: { readonly credentials: "broker" | "env" }
  readonly forge: ForgeConfig
  readonly github: GitHubConfig
}): ReadonlyArray<FieldProblem> => [...hostProblems(forge), ...appProblems(github, agent.credentials)]
