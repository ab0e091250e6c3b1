import { behind, given, givenDocs, givenStarted, makeConfig } from "../../fixtures/Given.ts"
import { makeJob, makePod } from "../../fixtures/Jobs.ts"
import type { PlanCase } from "../../fixtures/PlanCase.ts"
import { makeCodeRun, makeDocsRun } from "../../fixtures/Runs.ts"
import { finished, now, readyFact, running } from "../../fixtures/Statuses.ts"

const rule = "invalid"
const written = ["write Failed/InvalidSpec at 7"]

/** A CodeRun with this spec ends with this message, and nothing was made for it. */
const refused = (name: string, spec: object, message: string): PlanCase => ({
  name,
  given: given({ run: makeCodeRun({ spec: { ...spec } }) }),
  want: {
    rule,
    does: written,
    status: {
      message,
      attempts: undefined,
      jobName: undefined,
      finishedAt: now,
      expiresAt: undefined,
      conditions: [readyFact("False", "InvalidSpec", message, now)]
    }
  }
})

const onlyExample = makeConfig({ git: { allowedHosts: ["github.com"] } })
const httpsOnly = makeConfig({ git: { allowedProtocols: ["https"] } })

export const invalidCases: ReadonlyArray<PlanCase> = [
  refused(
    "an empty service ends the run",
    { service: "" },
    "spec.service: expected a non-empty text, found string \"\""
  ),
  refused(
    "a working directory outside the repository ends the run",
    { workingDirectory: "../etc" },
    "spec.workingDirectory: expected a relative path without \"..\", found string \"../etc\""
  ),
  refused(
    "a variable that is ours ends the run, and the message names it",
    { env: { PATH: "/tmp" } },
    "spec.env.PATH: expected an environment variable name that runs may set, found a text"
  ),
  refused(
    "a branch that could be an option ends the run",
    { docsBranch: "--upload-pack=x" },
    "spec.docsBranch: expected no leading \"-\", found string \"--upload-pack=x\""
  ),
  refused(
    "an image that is no name ends the run",
    { image: "https://ghcr.io/acme/node" },
    "spec.image: expected the name of an image such as ghcr.io/owner/name:tag, found string \"https://ghcr.io/acme/node\""
  ),
  refused(
    "an image that nobody has allowed ends the run",
    { image: "ghcr.io/acme/node:22" },
    "spec.image: expected an image in agent.allowedImages (it is empty), or a profile that has it, found \"ghcr.io/acme/node:22\""
  ),
  refused(
    "a setup script outside the repository ends the run",
    { setup: "../setup.sh" },
    "spec.setup: expected a relative path without \"..\", found string \"../setup.sh\""
  ),
  refused(
    "a profile that is not there ends the run",
    { profile: "java" },
    "spec.profile: expected no profile, since the configuration has none (profiles), found \"java\""
  ),
  refused(
    "more of a resource than the ceiling ends the run",
    { resources: { limits: { memory: "9Gi" } } },
    "spec.resources.limits.memory: expected at most 8Gi (limits.maxResources), found 9Gi"
  ),
  refused(
    "a resource without a ceiling ends the run",
    { resources: { limits: { "nvidia.com/gpu": "1" } } },
    "spec.resources.limits.nvidia.com/gpu: expected a resource that limits.maxResources has (cpu, memory, ephemeral-storage), found 1"
  ),
  refused(
    "a request above the limit that the configuration gives ends the run",
    { resources: { requests: { memory: "6Gi" } } },
    "spec.resources.requests.memory: expected at most its limit, 4Gi: name both in spec.resources, found 6Gi"
  ),
  refused(
    "an amount that is none ends the run",
    { resources: { requests: { cpu: "much" } } },
    "spec.resources.requests.cpu: expected a quantity such as 500m or 2Gi, found string \"much\""
  ),
  refused(
    "another repository on a host that nobody has allowed ends the run",
    { repositories: [{ url: "https://github.com/acme/lib" }, { url: "https://evil.example/lib2" }] },
    "spec.repositories[1].url: expected a host in git.allowedHosts (github.com, ssh.github.com:443), found \"https://evil.example/lib2\""
  ),
  refused(
    "two other repositories of one name end the run",
    { repositories: [{ url: "https://github.com/acme/lib" }, { url: "https://github.com/other/lib.git" }] },
    "spec.repositories[1].name: expected another name than lib, which repositories[0] has, found nothing"
  ),
  refused(
    "an address that is no issue's ends the run",
    { issue: "https://github.com/acme/api/pull/3" },
    "spec.issue: expected the URL of an issue such as https://github.com/owner/name/issues/12, found string \"https://github.com/acme/api/pull/3\""
  ),
  refused(
    "a protocol that the installation does not allow ends the run",
    { repositoryUrl: "http://github.com/acme/api.git" },
    "spec.repositoryUrl: expected a URL with a protocol of git.allowedProtocols (https, ssh), found \"http://github.com/acme/api.git\""
  ),
  {
    name: "every refused repository is named",
    given: given({
      run: makeCodeRun({ spec: { repositoryUrl: "file:///srv/a.git", docsRepositoryUrl: "file:///srv/b.git" } }),
      config: httpsOnly
    }),
    want: {
      rule,
      does: written,
      status: {
        message:
          "spec.repositoryUrl: expected a URL with a protocol of git.allowedProtocols (https), found \"file:///srv/a.git\"; " +
          "spec.docsRepositoryUrl: expected a URL with a protocol of git.allowedProtocols (https), found \"file:///srv/b.git\""
      }
    }
  },
  {
    name: "a host that the installation does not allow ends the run",
    given: given({
      run: makeCodeRun({ spec: { repositoryUrl: "https://elsewhere.example.com/x.git" } }),
      config: onlyExample
    }),
    want: {
      rule,
      does: written,
      status: {
        message:
          "spec.repositoryUrl: expected a host in git.allowedHosts (github.com), found \"https://elsewhere.example.com/x.git\""
      }
    }
  },
  {
    name: "the scp form of an address is ssh, and its host is checked",
    given: given({
      run: makeCodeRun({ spec: { docsRepositoryUrl: "git@elsewhere.example.com:acme/docs.git" } }),
      config: onlyExample
    }),
    want: { rule, does: written }
  },
  {
    name: "a DocsRun's repository is checked too",
    given: givenDocs({
      run: makeDocsRun({ spec: { repositoryUrl: "ssh://git@github.com/x.git" } }),
      config: httpsOnly
    }),
    want: { rule, does: written }
  },
  {
    name: "a DocsRun without a branch ends",
    given: givenDocs({ run: makeDocsRun({ spec: { sourceBranch: undefined } }) }),
    want: { rule, does: written }
  },
  {
    name: "a spec of another shape ends the run, as the API server would not store it",
    given: given({ run: { ...makeCodeRun(), spec: {} } }),
    want: { rule, does: written }
  },
  {
    name: "a contextVersion of 0 ends the run",
    given: given({ run: makeCodeRun({ spec: { contextVersion: 0 } }) }),
    want: { rule, does: written, status: { contextVersion: 0 } }
  },
  {
    name: "an invalid run does not wait for its workspace first",
    given: given({ run: makeCodeRun({ spec: { taskId: -1 } }), workspace: behind("older") }),
    want: { rule, does: written }
  },
  {
    name: "the next attempt of a finished run can be invalid, and forgets what the one before ran as",
    given: given({
      run: makeCodeRun({
        spec: { contextVersion: 2, model: "" },
        status: finished("Succeeded", "Delivered"),
        metadata: { generation: 2 }
      })
    }),
    want: {
      rule,
      does: written,
      status: {
        contextVersion: 2,
        observedGeneration: 2,
        jobName: undefined,
        startedAt: undefined,
        finishedAt: now,
        lastUpdate: now,
        attempts: finished("Succeeded", "Delivered")["attempts"]
      }
    }
  },
  {
    name: "an attempt that runs goes on with the spec it was started with",
    given: givenStarted({
      run: makeCodeRun({ spec: { service: "" }, status: running() }),
      jobs: [makeJob({ pod: makePod() })]
    }),
    want: { rule: "jobRunning", does: [] }
  }
]
