/** User names in addresses: which are let through, and that none of them gets anywhere. What may be a token or a password is refused. */
import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import fc from "fast-check"
import { withoutUser } from "../src/AddressUser.ts"
import { decoder } from "../src/Decode.ts"
import { placedRepositories } from "../src/OtherRepositories.ts"
import { GitUrl, RemoteUrl } from "../src/SpecText.ts"
import { repositoryIdentity } from "../src/Tenant.ts"

const accepts = Schema.is(GitUrl)
const decodeRemote = Schema.decodeUnknownSync(RemoteUrl)
const encodeRemote = Schema.encodeUnknownSync(RemoteUrl)

const plain = "https://bitbucket.example.test/scm/acme/api.git"
const named = (user: string) => plain.replace("//", `//${user}@`)

/** Nobody's, in the form of what it stands for. */
const fake = (start: string, length: number) => start.padEnd(length, "n0T4r3aLt0k3N")

describe("the name of somebody, as forges print it for cloning,", () => {
  it.each([
    "ada",
    "a",
    "ada.lovelace",
    "ada-lovelace_2",
    "AdaLovelace1815",
    "ChristopherJohnsonSmith1985",
    "christopherjohnson1985",
    "the-long-name-of-an-organization-of-2026",
    "Contoso-Engineering",
    "ada%40example.com",
    "ada.lovelace+git%40example.com",
    "x-token-auth",
    "x-bitbucket-api-token-auth",
    "oauth2",
    "gitlab-ci-token",
    "glen-ada",
    "~ada"
  ])("%s, is accepted, and git is not given it", (user) => {
    assert.isTrue(accepts(named(user)))
    assert.strictEqual(decodeRemote(named(user)), plain)
    assert.strictEqual(encodeRemote(named(user)), plain)
    assert.deepStrictEqual(placedRepositories([{ url: named(user) }]), [{ name: "api", url: plain }])
    assert.strictEqual(repositoryIdentity(named(user)), repositoryIdentity(plain))
  })

  it.each([
    "git@github.com:acme/api.git",
    "org@vs-ssh.visualstudio.com:v3/org/project/api",
    "ssh://git@host:2222/acme/api.git",
    "ssh://APKAFAKEFAKEFAKE2345@git-codecommit.example.test/v1/repos/api",
    "https://host/@scope/name",
    "file:///srv/git/a@b.git"
  ])("stays where it is needed, or is none: %s", (url) => {
    assert.isTrue(accepts(url))
    assert.strictEqual(decodeRemote(url), url)
  })
})

describe("refused, and not repeated in the message, is", () => {
  it.each([
    { what: "a password", user: "ada:hunter2" },
    { what: "an empty password", user: "ada:" },
    { what: "a password alone", user: ":hunter2" },
    { what: "a password whose colon is encoded", user: "ada%3Ahunter2" },
    { what: "a name of nothing", user: "" },
    { what: "a classic token of GitHub", user: fake("ghp_", 40) },
    { what: "what is left of one", user: "ghp_x" },
    { what: "a fine-grained token of GitHub", user: fake("github_pat_", 93) },
    { what: "an installation token of GitHub", user: fake("ghs_", 40) },
    { what: "a token with a password that says so", user: `${fake("ghp_", 40)}:x-oauth-basic` },
    { what: "a token of GitLab", user: fake("glpat-", 26) },
    { what: "a deploy token of GitLab", user: fake("gldt-", 25) },
    { what: "an older token of GitLab", user: "n0T-r3aL_t0K3n-F4k3x" },
    { what: "an API token of Bitbucket", user: fake("ATATT3x", 100) },
    { what: "an app password of Bitbucket", user: fake("ATBB", 36) },
    { what: "a repository's token of Bitbucket", user: fake("ATCTT3x", 100) },
    { what: "a token of Bitbucket Data Center", user: fake("BBDC-", 44) },
    {
      what: "a token of Gitea, of Azure DevOps, or of GitHub as it was: forty digits",
      user: "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c"
    },
    { what: "twenty hexadecimal digits", user: "f4ce0ff1ce0ddba11f00" },
    { what: "a personal access token of Azure DevOps", user: "n0trealn0trealn0trealn0trealn0trealn0trealn0trealn0t" },
    { what: "a JWT", user: "eyJhbGciOiJub25lIn0.e30." },
    { what: "a UUID", user: "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0" },
    { what: "a key of a model's API", user: "sk-ant-fake" },
    { what: "a host that another one stands behind", user: "github.com@evil.example.test" },
    { what: "a query before the host", user: "ada?x" },
    { what: "a fragment before the host", user: "ada#x" },
    { what: "a backslash before the host", user: "ada\\" },
    { what: "a name that is an option", user: "-oProxyCommand=id" },
    { what: "an encoded line break", user: "ada%0a" },
    { what: "an encoded slash", user: "ada%2f" },
    { what: "a space", user: "a b" },
    { what: "letters of another alphabet", user: "аda" },
    { what: "a name without an end", user: "a".repeat(101) }
  ])("$what", ({ user }) => {
    assert.isFalse(accepts(named(user)))
    const read = decoder(GitUrl)(named(user))
    const words = Result.isFailure(read) ? JSON.stringify(read.failure) : ""
    assert.include(words, "***@")
    if (user.length > 3) assert.notInclude(words, user)
  })

  it.each([
    "ssh://git:hunter2@host/acme/api",
    "ssh://git%3Ahunter2@host/acme/api",
    `ssh://${fake("ghp_", 40)}@github.com/acme/api`,
    `${fake("ghp_", 40)}@github.com:acme/api`,
    `http://ada:hunter2@host/acme/api`
  ])("%s", (url) => {
    assert.isFalse(accepts(url))
    const read = decoder(GitUrl)(url)
    assert.notMatch(Result.isFailure(read) ? JSON.stringify(read.failure) : "", /hunter2|ghp_/)
  })
})

it("whatever is accepted by http has nothing before its host when git is given it, and nothing else is changed", () =>
  fc.assert(
    fc.property(
      fc.stringMatching(/^[\w.%@:?#\\/~-]{0,24}$/),
      fc.constantFrom("https", "http"),
      (middle, scheme) => {
        const url = `${scheme}://${middle}@host.example.test/acme/api`
        if (!accepts(url)) return
        const given = decodeRemote(url)
        const authority = given.slice(`${scheme}://`.length).split("/")[0] ?? ""
        assert.notInclude(authority, "@")
        assert.isTrue(url.endsWith(given.slice(`${scheme}://`.length)))
        assert.strictEqual(withoutUser(given), given)
      }
    )
  ))
