import { assert, describe, it } from "@effect/vitest"
import type { Observed } from "../../src/facts/Observed.ts"
import { given, givenDocs, makeConfig } from "../fixtures/Given.ts"
import { containerOf, podOf, valueOf } from "../fixtures/Pods.ts"
import { makeCodeRun } from "../fixtures/Runs.ts"

const withSpec = (spec: object) => given({ run: makeCodeRun({ spec: { ...spec } }) })
const withConfig = (input: object) => given({ config: makeConfig(input) })

describe("the broker's environment", () => {
  const delivered = { branch: "feature/task-12-implementation", headCommit: "b".repeat(40) }
  const afterFirst = (status: object) =>
    given({
      run: makeCodeRun({ spec: { contextVersion: 2 }, status: { contextVersion: 1, phase: "Failed", ...status } })
    })
  it.each<{ name: string; given: Observed; variable: string; want: string | undefined }>([
    { name: "the task", given: given(), variable: "TASK_ID", want: "12" },
    {
      name: "the prompt's file",
      given: withSpec({ prompt: "Answer with 404" }),
      variable: "TASK_PROMPT_FILE",
      want: "task-prompt.md"
    },
    {
      name: "the first line of a prompt as the title",
      given: withSpec({ taskId: 0, prompt: "# Answer with 404\n\nNot with 500, @octocat" }),
      variable: "PULL_REQUEST_TITLE",
      want: "Answer with 404"
    },
    {
      name: "a task's own title, whatever its prompt",
      given: withSpec({ prompt: "Answer with 404" }),
      variable: "PULL_REQUEST_TITLE",
      want: "Implement task 12"
    },
    {
      name: "the issue",
      given: withSpec({ issue: "https://github.com/acme/x/issues/3" }),
      variable: "TASK_ISSUE_URL",
      want: "https://github.com/acme/x/issues/3"
    },
    {
      name: "the issue's number as the title, until its own is known",
      given: withSpec({ issue: "https://github.com/acme/x/issues/3", prompt: "Be quick" }),
      variable: "PULL_REQUEST_TITLE",
      want: "Resolve issue 3"
    },
    {
      name: "the repositories beside the run's own, with the names of their folders",
      given: withSpec({ repositories: [{ url: "https://github.com/acme/lib.git", branch: "next" }] }),
      variable: "ORCHESTRATOR_REPOSITORIES",
      want: JSON.stringify([{ name: "lib", url: "https://github.com/acme/lib.git", branch: "next" }])
    },
    { name: "the attempt", given: afterFirst({}), variable: "ATTEMPT", want: "2" },
    { name: "the source branch", given: givenDocs(), variable: "SOURCE_BRANCH", want: "main" },
    { name: "no docs repository of a DocsRun", given: givenDocs(), variable: "DOCS_REPOSITORY_URL", want: undefined },
    {
      name: "the installation's limit where the run names none",
      given: given(),
      variable: "MAX_COST_USD",
      want: "100"
    },
    { name: "the same in turns", given: given(), variable: "MAX_TURNS", want: "1000" },
    { name: "nobody to sign for", given: given(), variable: "SIGN_COMMITS_OF", want: undefined },
    {
      name: "the user whose commits are signed",
      given: withConfig({ git: { signing: { secretName: "signing" } } }),
      variable: "SIGN_COMMITS_OF",
      want: "ada"
    },
    { name: "the model", given: given(), variable: "MODEL", want: "claude-sonnet-4-20250514" },
    {
      name: "what is left to spend",
      given: given({
        run: makeCodeRun({
          spec: { contextVersion: 2, maxCostUsd: 3 },
          status: { contextVersion: 1, phase: "Failed", usage: { costUsd: 1.25 } }
        })
      }),
      variable: "MAX_COST_USD",
      want: "1.75"
    },
    { name: "what is left in turns", given: withSpec({ maxTurns: 30 }), variable: "MAX_TURNS", want: "30" },
    {
      name: "the branch of an earlier attempt",
      given: afterFirst(delivered),
      variable: "KNOWN_BRANCH",
      want: delivered.branch
    },
    {
      name: "the commit of an earlier attempt",
      given: afterFirst(delivered),
      variable: "KNOWN_HEAD",
      want: delivered.headCommit
    },
    {
      name: "no branch without a commit",
      given: afterFirst({ branch: "x" }),
      variable: "KNOWN_BRANCH",
      want: undefined
    },
    {
      name: "no commit that is none",
      given: afterFirst({ ...delivered, headCommit: "HEAD" }),
      variable: "KNOWN_HEAD",
      want: undefined
    },
    {
      name: "no branch that git would not take",
      given: afterFirst({ ...delivered, branch: "--upload-pack=x" }),
      variable: "KNOWN_BRANCH",
      want: undefined
    },
    {
      name: "the title of a CodeRun's pull request",
      given: withConfig({ forge: { pullRequest: { codeTitle: "[{service}] task {taskId}" } } }),
      variable: "PULL_REQUEST_TITLE",
      want: "[api] task 12"
    },
    {
      name: "the title of a DocsRun's",
      given: givenDocs(),
      variable: "PULL_REQUEST_TITLE",
      want: "Document the tasks of guide"
    },
    {
      name: "where the task is described, as a URL",
      given: given({
        config: makeConfig({ forge: { taskUrl: "https://tasks.example.com/{service}?id={taskId}" } }),
        run: makeCodeRun({ spec: { service: "a b)/c" } })
      }),
      variable: "TASK_URL",
      want: "https://tasks.example.com/a%20b%29%2Fc?id=12"
    },
    {
      name: "no such URL for a DocsRun",
      given: givenDocs({ config: makeConfig({ forge: { taskUrl: "https://tasks.example.com/{taskId}" } }) }),
      variable: "TASK_URL",
      want: undefined
    },
    {
      name: "what is wished of pull requests",
      given: withConfig({ forge: { pullRequest: { draft: true, labels: ["agent"], base: "develop" } } }),
      variable: "PULL_REQUEST",
      want: "{\"draft\":true,\"labels\":[\"agent\"],\"reviewers\":[],\"teamReviewers\":[],\"base\":\"develop\"}"
    },
    {
      name: "mirrors, whatever dollars are in them",
      given: withConfig({ git: { insteadOf: { "https://a/": "https://b/$(HOME)/" } } }),
      variable: "GIT_INSTEAD_OF",
      want: "{\"https://a/\":\"https://b/$$(HOME)/\"}"
    },
    {
      name: "more host keys",
      given: withConfig({ git: { knownHosts: "git.example.com ssh-ed25519 AAAA" } }),
      variable: "GIT_KNOWN_HOSTS",
      want: "git.example.com ssh-ed25519 AAAA"
    },
    { name: "no certificates where none are configured", given: given(), variable: "CA_CERTIFICATES", want: undefined },
    {
      name: "a part of the pod's grace",
      given: withConfig({ agent: { terminationGracePeriodSeconds: 30 } }),
      variable: "BROKER_GRACE_SECONDS",
      want: "25"
    },
    {
      name: "at least a second of it",
      given: withConfig({ agent: { terminationGracePeriodSeconds: 1 } }),
      variable: "BROKER_GRACE_SECONDS",
      want: "1"
    }
  ])("says $name", ({ given, variable: name, want }) => assert.strictEqual(valueOf(given, "broker", name), want))

  it("is in what concerns pull requests the runner's where there is no broker", () => {
    const forge = {
      pullRequest: { draft: true, codeTitle: "{service}" },
      taskUrl: "https://tasks.example.com/{taskId}"
    }
    const [brokered, bare] = ["broker", "env"].map((credentials) => withConfig({ forge, agent: { credentials } }))
    for (const name of ["PULL_REQUEST", "PULL_REQUEST_TITLE", "TASK_URL", "FORGE_GITHUB_HOSTS"]) {
      assert.isDefined(bare)
      assert.isDefined(brokered)
      assert.strictEqual(valueOf(bare, "claude", name), valueOf(brokered, "broker", name))
      assert.isUndefined(valueOf(brokered, "claude", name))
    }
  })

  it("names everything once", () => {
    for (const observed of [given(), givenDocs(), afterFirst(delivered)]) {
      const names = (containerOf(podOf(observed), "broker").env ?? []).map(({ name }) => name)
      assert.lengthOf(new Set(names), names.length)
    }
  })

  it("comes with the configured resources", () => {
    const resources = { requests: { cpu: "10m", memory: "64Mi" }, limits: { cpu: "2", memory: "1Gi" } }
    assert.deepStrictEqual<unknown>(
      containerOf(podOf(withConfig({ agent: { broker: { resources } } })), "broker").resources,
      resources
    )
  })
})
