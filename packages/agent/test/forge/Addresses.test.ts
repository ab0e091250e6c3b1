/** Which forge an address is of, where its API is, and which repository it names there. */
import { assert, describe, it } from "@effect/vitest"
import { forgeOf } from "../../src/forge/Forges.ts"
import { parseAddress } from "../../src/pod/RemoteAddress.ts"

describe("an address", () => {
  const settings = {
    hosts: {
      "git.lab.test": { kind: "gitlab", api: "https://git.lab.test/gitlab/api/v4/" },
      "bucket.corp.test:8443": { kind: "bitbucket-data-center" },
      "tfs.corp.test": { kind: "azure-devops" },
      "bucket.sub.test": { kind: "bitbucket-data-center", api: "https://bucket.sub.test/code/rest/api/latest" },
      "dev.corp.test": { kind: "azure-devops", api: "https://dev.corp.test/tfs" },
      "mygitlab.com": { kind: "gitlab" },
      "octo.ghe.com.evil.test": { kind: "github" },
      "plain.test": { kind: "none" }
    },
    githubHosts: { "git.corp.test": "", "other.corp.test": "https://api.other.corp.test/" },
    giteaHosts: { "tea.corp.test": "" }
  } as const

  it.each<readonly [url: string, forge: string | undefined, api: string | undefined, repository: string | undefined]>([
    ["https://github.com/acme/api.git", "github", "https://api.github.com", "acme/api"],
    ["https://GitHub.com/acme/api", "github", "https://api.github.com", "acme/api"],
    ["git@github.com:acme/api.git", "github", "https://api.github.com", "acme/api"],
    ["ssh://git@ssh.github.com:443/acme/api.git", "github", "https://api.github.com", "acme/api"],
    ["ssh://git@git.corp.test:2222/acme/api.git", "github", "https://git.corp.test/api/v3", "acme/api"],
    ["https://octo.ghe.com/acme/api.git", "github", "https://api.octo.ghe.com", "acme/api"],
    ["octo@octo.ghe.com:acme/api.git", "github", "https://api.octo.ghe.com", "acme/api"],
    ["https://octo.ghe.com.evil.test/acme/api", "github", "https://octo.ghe.com.evil.test/api/v3", "acme/api"],
    ["https://a.b.ghe.com/acme/api", undefined, undefined, undefined],
    ["https://mygitlab.com/acme/api", "gitlab", "https://mygitlab.com/api/v4", "acme/api"],
    ["https://other.corp.test/acme/api", "github", "https://api.other.corp.test", "acme/api"],
    ["https://tea.corp.test/acme/api/", "gitea", "https://tea.corp.test/api/v1", "acme/api"],
    ["https://codeberg.org/acme/api.git", "gitea", "https://codeberg.org/api/v1", "acme/api"],
    ["https://gitlab.com/group/sub/deeper/api.git", "gitlab", "https://gitlab.com/api/v4", "group/sub/deeper/api"],
    ["git@gitlab.com:group/api.git", "gitlab", "https://gitlab.com/api/v4", "group/api"],
    ["https://git.lab.test/gitlab/group/api.git", "gitlab", "https://git.lab.test/gitlab/api/v4", "group/api"],
    ["https://bitbucket.org/acme/api.git", "bitbucket-cloud", "https://api.bitbucket.org/2.0", "acme/api"],
    ["git@bitbucket.org:acme/api.git", "bitbucket-cloud", "https://api.bitbucket.org/2.0", "acme/api"],
    [
      "https://bucket.corp.test:8443/scm/KEY/api.git",
      "bitbucket-data-center",
      "https://bucket.corp.test:8443/rest/api/1.0",
      "KEY/api"
    ],
    [
      "https://bucket.corp.test:8443/scm/~ada/api.git",
      "bitbucket-data-center",
      "https://bucket.corp.test:8443/rest/api/1.0",
      "~ada/api"
    ],
    [
      "https://bucket.sub.test/code/scm/~ada/api.git",
      "bitbucket-data-center",
      "https://bucket.sub.test/code/rest/api/latest",
      "~ada/api"
    ],
    [
      "ssh://git@bucket.sub.test:7999/key/api.git",
      "bitbucket-data-center",
      "https://bucket.sub.test/code/rest/api/latest",
      "key/api"
    ],
    ["https://dev.azure.com/org/project/_git/api", "azure-devops", "https://dev.azure.com", "org/project/api"],
    ["https://dev.azure.com/org/My%20Project/_git/api", "azure-devops", "https://dev.azure.com", "org/My Project/api"],
    ["https://dev.azure.com/org/_git/api", "azure-devops", "https://dev.azure.com", "org/api/api"],
    ["git@ssh.dev.azure.com:v3/org/project/api", "azure-devops", "https://dev.azure.com", "org/project/api"],
    ["https://org.visualstudio.com/project/_git/api", "azure-devops", "https://org.visualstudio.com", "project/api"],
    [
      "https://org.visualstudio.com/DefaultCollection/_git/api",
      "azure-devops",
      "https://org.visualstudio.com",
      "api/api"
    ],
    [
      "https://tfs.corp.test/tfs/Default/project/_git/api",
      "azure-devops",
      "https://tfs.corp.test",
      "tfs/Default/project/api"
    ],
    ["https://tfs.corp.test/tfs/Default/_git/api", "azure-devops", "https://tfs.corp.test", "tfs/Default/api/api"],
    ["https://tfs.corp.test/Default/_git/api", "azure-devops", "https://tfs.corp.test", "Default/api/api"],
    [
      "ssh://tfs.corp.test:22/tfs/Default/project/_ssh/api",
      "azure-devops",
      "https://tfs.corp.test",
      "tfs/Default/project/api"
    ],
    [
      "https://dev.corp.test/tfs/Default/project/_git/api",
      "azure-devops",
      "https://dev.corp.test/tfs",
      "Default/project/api"
    ],
    ["https://dev.azure.com/org/project/_git/_full/api", "azure-devops", "https://dev.azure.com", "org/project/api"],
    [
      "https://dev.azure.com/org/%C3%84rger%20%26%20Co/_git/api",
      "azure-devops",
      "https://dev.azure.com",
      "org/Ärger & Co/api"
    ],
    ["https://dev.azure.com/org/a%2fb/_git/api", "azure-devops", "https://dev.azure.com", undefined],
    ["https://dev.azure.com/org/%zz/_git/api", "azure-devops", "https://dev.azure.com", undefined],
    ["https://dev.azure.com/org/a%0ab/_git/api", "azure-devops", "https://dev.azure.com", undefined],
    ["git@ssh.dev.azure.com:org/project/_ssh/api", "azure-devops", "https://dev.azure.com", undefined],
    ["https://plain.test/acme/api.git", undefined, undefined, undefined],
    ["https://git.unknown.test:8443/acme/api/", undefined, undefined, undefined],
    ["https://visualstudio.com.evil.test/acme/_git/api", undefined, undefined, undefined],
    ["https://github.com/../api", "github", "https://api.github.com", undefined],
    ["https://github.com/group/sub/api", "github", "https://api.github.com", undefined],
    ["https://gitlab.com/group/../api.git", "gitlab", "https://gitlab.com/api/v4", undefined],
    ["https://gitlab.com/group/a%2fb/api.git", "gitlab", "https://gitlab.com/api/v4", undefined],
    ["https://gitlab.com/api.git", "gitlab", "https://gitlab.com/api/v4", undefined],
    ["https://dev.azure.com/org/project/_git/a/b", "azure-devops", "https://dev.azure.com", undefined],
    ["https://dev.azure.com/org/%2e%2e/_git/api", "azure-devops", "https://dev.azure.com", undefined],
    ["file:///srv/api.git", undefined, undefined, undefined]
  ])("%s is of %s, whose API is at %s, the repository %s", (url, forge, api, repository) => {
    const address = parseAddress(url)
    const found = address === undefined ? undefined : forgeOf(address.host, settings)
    const name = address === undefined || found === undefined ? undefined : found.kind.repositoryOf(address, found.api)
    assert.deepStrictEqual(
      [found?.kind.id, found?.api, name === undefined ? undefined : `${name.owner}/${name.name}`],
      [forge, api, repository]
    )
  })
})
