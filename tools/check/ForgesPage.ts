/** The guide of forges: what is done at each, made from what is known of their kinds. */
import type { Abilities, ForgeKind } from "@orchestrator/agent/forge/ForgeKind"
import { forgeKinds } from "@orchestrator/agent/forge/Forges"
import { table } from "./MarkdownTable.ts"

const names: Readonly<Record<keyof Abilities, string>> = {
  tokens: "tokens",
  draft: "draft",
  labels: "labels",
  reviewers: "reviewers",
  teamReviewers: "teams as reviewers",
  checks: "builds",
  issues: "`spec.issue`",
  projectTasks: "tasks of a project (`GET /api/v1/tasks`)",
  renamed: "renamed repositories"
}

const what = Object.keys(names).filter((key): key is keyof Abilities => key in names)

const abilitiesOf = ({ abilities, id, name }: ForgeKind): string =>
  `### ${name} (\`${id}\`)

${table(["", ""], what.map((key) => [names[key], abilities[key] ?? "no"]))}`

const hostRows = forgeKinds.map(({ apiOf, domain, hosts, id, name, sign }) => [
  name,
  `\`${id}\``,
  [...hosts, ...(domain === undefined ? [] : [`*.${domain}`])].map((host) => `\`${host}\``).join(", ") || "none",
  `\`${apiOf("HOST")}\``,
  sign === undefined ? "no" : `\`${sign.path}\``
])

const secretRows = [
  ["`github-token-<user>`", "`token`", "GitHub; other forges, where there is no `git-token-<user>`"],
  [
    "`git-token-<user>`",
    "`token`, `username`",
    "other forges; GitHub, where there is no `github-token-<user>`. Read where `forge.hosts` is set"
  ],
  ["`github.app.secretName`", "`github.app.secretKey`", "GitHub, in place of users' tokens"]
]

export const forgesPage = `# Forges

Made by \`npm run generate\` from the adapters. A run pushes its branch to the host of \`repositoryUrl\`; where that host is a forge, its pull
request (at GitLab: merge request) is found or opened there, updated, and read back. Everything is asked by the broker, which alone has the token.

## Which forge a host is

1. \`forge.hosts\` says it. \`kind: none\`: no API is asked, and a branch is delivered.
2. Its name does, where it is a forge's own.
3. It is asked, once an attempt, if \`git.allowedHosts\` names it and \`forge.askHosts\` is true: without a token, over https, following nobody who
   sends on. What it says decides the kind alone; the API is at that kind's usual place at the same host. One that shows the signs of two kinds is
   taken for neither, as is one that sends on, says more than 64 KiB, or takes longer than five seconds. One that is just starting
   (429, 502 to 504) is asked up to three times.
4. Else nobody knows it: the run delivers a branch and ends as Succeeded, and its condition \`Delivered\` has the reason \`NoForge\`.

\`\`\`yaml
forge:
  hosts:
    gitlab.example.com: { kind: gitlab }
    git.example.com: { kind: gitlab, api: https://git.example.com/gitlab/api/v4 }
    bitbucket.example.com: { kind: bitbucket-data-center }
    bitbucket.org: { kind: bitbucket-cloud }
    old.example.com: { kind: none }
\`\`\`

A host that is a forge's own by name, such as gitlab.com, is not therefore one that runs may name: \`forge.hosts\` or \`git.allowedHosts\` lets
them. Users' tokens never go to a host that is in neither. Git follows a repository to its new
name where \`forge.hosts\` or the host's name says what it is, and not where it was asked. \`forge.githubHosts\` and \`forge.giteaHosts\` of older installations mean what they
did; a host is in one of the three. A host is named as it stands in addresses: with its port where that is not the usual one of http or https, and without one
for ssh, so that a forge at \`bitbucket.example.com:8443\` that is cloned by ssh too has a second entry, with its \`api\`.

${table(["forge", "kind", "own hosts", "usual place of its API", "asked for"], hostRows)}

The API of \`ENTERPRISE.ghe.com\` is at \`https://api.ENTERPRISE.ghe.com\`, that of \`ORGANIZATION.visualstudio.com\` at itself. A GitLab, Bitbucket Data Center or Azure DevOps Server
that is below a path of its host is named with its \`api\`, by which that path is known.

A user name in an address, as forges print it for cloning (\`https://ada@bitbucket.org/acme/api.git\`), is accepted and dropped before use, in
submodules too. What may be a token or a password is refused: \`name:password@\`, the known forms of tokens, long random texts.

## Tokens

A run names a person in \`githubUser\`, whatever the forge is.

${table(["Secret", "keys", "is for"], secretRows)}

\`username\` is for tokens that go with an account, such as Bitbucket Cloud's API tokens (its e-mail address). Where \`forge.hosts\` is set, who
creates a run needs \`use\` on \`git-token-<user>\` too, as on the user's other Secrets. With \`agent.credentials: env\`
git asks by it too, and its keys are \`GIT_TOKEN\` and \`GIT_USERNAME\` for a \`container.sh\` of your own. \`scripts/setup-agent-secrets.sh --git-token\` makes the Secret, and
\`orchestrator doctor\` looks whether it is there.

## A GitHub App

\`\`\`yaml
github:
  app:
    id: "123456" # or the client id
    secretName: github-app
\`\`\`

\`\`\`sh
kubectl create secret generic github-app -n orchestrator --from-file=private-key=downloaded.pem
\`\`\`

The broker signs a JWT that is good for five minutes, and was so for the five before, since clocks may differ by that much, finds the App's installation for the run's repository, and gets a token for that one repository
with \`contents: write\` and \`pull_requests: write\`, and \`issues: read\` for the repository of a run's \`spec.issue\`. Other repositories of the same host
that the run reads (documents, \`spec.repositories\`, submodules) have a token each, with \`contents: read\`. A token is made anew ten minutes before it
ends, and when GitHub no longer takes it, whether git or the API was asked. The App needs these permissions, and to be installed on the repositories; a change of workflows needs
\`workflows: write\`, which no token has: such a push is refused, and the run says so. Pull requests are the App's; commits have the name of
\`githubUser\`, as before. At GitHub Enterprise Server: \`github.app.host\`, and that host in \`forge.hosts\` or \`forge.githubHosts\`. With \`agent.credentials: env\`
there is none: nobody but the agent would hold its key.

## What each can

A body that is longer than a forge takes (Azure DevOps: 4,000 characters) has the agent's words cut, and the rest whole.

${forgeKinds.map(abilitiesOf).join("\n\n")}

## When a forge says no

Refusals come with what to do about them: a token that is wrong, too narrow or not authorized for single sign-on, an IP allow list, an archived or
renamed repository, a branch that is protected, a ruleset, a merge queue, a push rule, a limit with the time of its end. Limits that end within two
minutes are waited for. Bitbucket Data Center and Azure DevOps have no webhook here: what becomes of a pull request there is not followed. Events of other forges and comments that steer runs: [events](events.md).
`
