/** Addresses by which a run would have the user's token sent, or a repository taken, where nobody meant it to be. */
import { assert, describe, it } from "@effect/vitest"
import { allowedHosts, gitAddress, type HostPolicy, mayBeNamed, takesToken } from "../src/GitHosts.ts"

const policy = (given: Partial<HostPolicy> = {}): HostPolicy => ({
  allowedHosts: [],
  githubHosts: {},
  giteaHosts: {},
  insteadOf: {},
  ...given
})

describe("an address", () => {
  it.each([
    { url: "https://git.example.com/acme/api.git", want: { protocol: "https", host: "git.example.com" } },
    { url: "https://Git.Example.com:443/acme/api.git", want: { protocol: "https", host: "git.example.com" } },
    { url: "https://git.example.com:8443/a", want: { protocol: "https", host: "git.example.com", port: "8443" } },
    { url: "ssh://git@git.example.com/acme/api.git", want: { protocol: "ssh", host: "git.example.com" } },
    { url: "ssh://git@git.example.com:2222/a", want: { protocol: "ssh", host: "git.example.com", port: "2222" } },
    { url: "ssh://git@git.example.com:22/a", want: { protocol: "ssh", host: "git.example.com" } },
    { url: "git@git.example.com:acme/api.git", want: { protocol: "ssh", host: "git.example.com" } },
    { url: "http://127.0.0.1:3000/api.git", want: { protocol: "http", host: "127.0.0.1", port: "3000" } },
    { url: "https://[::1]:3000/api.git", want: { protocol: "https", host: "[::1]", port: "3000" } },
    { url: "file:///srv/git/api.git", want: { protocol: "file", host: "" } },
    { url: "nonsense", want: { protocol: "", host: "" } },
    { url: "", want: { protocol: "", host: "" } }
  ])("$url is reached at $want.host by $want.protocol", ({ url, want }) => {
    const { path: _, ...found } = gitAddress(url)
    assert.deepStrictEqual(found, want)
  })
})

describe("where no list is written, a run names the forges that are configured and nothing else", () => {
  it.each([
    "https://github.com/acme/api.git",
    "https://GITHUB.COM/acme/api",
    "https://github.com:443/acme/api",
    "git@github.com:acme/api.git",
    "ssh://git@github.com/acme/api.git",
    "ssh://git@ssh.github.com:443/acme/api.git",
    "file:///demo/hello-api.git"
  ])("%s may be named", (url) => assert.isTrue(mayBeNamed(url, policy())))

  it.each([
    "https://evil.example/acme/api.git",
    "https://github.com.evil.example/acme/api.git",
    "https://evil.example/github.com/api.git",
    "https://evilgithub.com/acme/api.git",
    "https://github.com:8443/acme/api.git",
    "https://github.com./acme/api.git",
    "https://github.com%2eevil.example/a",
    "https://github.com\\@evil.example/a",
    "https://github.com@evil.example/a",
    "https://evil.example#@github.com/a",
    "https://evil.example?@github.com/a",
    "https://github.com:443@evil.example/a",
    "https://\uff47ithub.com/a",
    "https://gist.github.com/a",
    "http://169.254.169.254/latest/meta-data",
    "https://10.0.0.1/a",
    "https://localhost/a",
    "https://kubernetes.default.svc/a",
    "ssh://git@github.com:2222/a",
    "ssh://github.com@evil.example/a",
    "git@evil.example:github.com/a",
    "git@github.com@evil.example:a",
    "https:///github.com/a",
    "https:github.com/a",
    "*",
    "https://*/a",
    "https://constructor/a",
    "https://__proto__/a"
  ])("%s may not", (url) => assert.isFalse(mayBeNamed(url, policy())))

  it("a forge of the administrator's may be named, at the port that is written", () => {
    const own = policy({ githubHosts: { "ghe.example.com": "", "forge.example.com:8443": "" } })
    assert.isTrue(mayBeNamed("https://GHE.example.com/a/b", own))
    assert.isTrue(mayBeNamed("https://forge.example.com:8443/a/b", own))
    assert.isFalse(mayBeNamed("https://forge.example.com/a/b", own))
    assert.isFalse(mayBeNamed("https://ghe.example.com:8443/a/b", own))
  })

  it("and what a mirror of the administrator's stands for", () =>
    assert.isTrue(
      mayBeNamed(
        "https://code.example.com/a/b",
        policy({ insteadOf: { "https://code.example.com/": "https://mirror.example.com/" } })
      )
    ))
})

describe("where a list is written it is the whole of it", () => {
  const own = policy({
    allowedHosts: [" Git.Example.com ", "other.example.com:8443", ""],
    githubHosts: { "ghe.example.com": "" }
  })
  it.each([
    ["https://git.example.com/a", true],
    ["git@git.example.com:a", true],
    ["https://git.example.com:8443/a", false],
    ["https://other.example.com:8443/a", true],
    ["https://other.example.com/a", false],
    ["https://github.com/a/b", false],
    ["https://ghe.example.com/a/b", false]
  ])("%s: %s", (url, want) => assert.strictEqual(mayBeNamed(url, own), want))

  it.each([[[]], [[""]], [[" ", ""]]])("of blanks (%j) it is none, and no list of everything", (list) => {
    assert.isFalse(mayBeNamed("https://evil.example/a", policy({ allowedHosts: list })))
    assert.include(allowedHosts(policy({ allowedHosts: list })), "github.com")
  })
})

describe("a token goes to", () => {
  const cases: ReadonlyArray<{ name: string; given?: Partial<HostPolicy>; address: string; want: boolean }> = [
    { name: "github.com", address: "https://github.com/a/b", want: true },
    { name: "no other port of it", address: "https://github.com:8443/a/b", want: false },
    { name: "nobody else", address: "https://evil.example/a/b", want: false },
    { name: "no host that has the name in front", address: "https://github.com.evil.example/a", want: false },
    {
      name: "the forge of the administrator's",
      given: { githubHosts: { "ghe.example.com": "" } },
      address: "https://ghe.example.com/a/b",
      want: true
    },
    {
      name: "a host of the list",
      given: { allowedHosts: ["git.example.com"] },
      address: "https://git.example.com/a",
      want: true
    },
    {
      name: "no host beside the list",
      given: { allowedHosts: ["git.example.com"] },
      address: "https://github.com/a",
      want: false
    },
    {
      name: "github.com where any host may be named",
      given: { allowedHosts: ["*"] },
      address: "https://github.com/a/b",
      want: true
    },
    {
      name: "no host that merely may be named",
      given: { allowedHosts: ["*"] },
      address: "https://evil.example/a/b",
      want: false
    },
    {
      name: "a host that is written beside the asterisk",
      given: { allowedHosts: ["*", "git.example.com"] },
      address: "https://git.example.com/a",
      want: true
    },
    {
      name: "the mirror",
      given: { insteadOf: { "https://github.com/": "https://mirror.example.com/" } },
      address: "https://mirror.example.com/a/b",
      want: true
    },
    {
      name: "no other port of the mirror",
      given: { insteadOf: { "https://github.com/": "https://mirror.example.com/" } },
      address: "https://mirror.example.com:1/a",
      want: false
    },
    { name: "no file", address: "file:///etc/passwd", want: false },
    { name: "no nonsense", given: { allowedHosts: ["*"] }, address: "nonsense", want: false },
    {
      name: "no host that is called like the asterisk",
      given: { allowedHosts: ["*"] },
      address: "https://*/a",
      want: false
    }
  ]
  it.each(cases)("$name", ({ address, given, want }) => assert.strictEqual(takesToken(address, policy(given)), want))
})
