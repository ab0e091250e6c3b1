/** What `.gitmodules` may say, written by whoever may push: which addresses are fetched, and where files may be put. */
import { assert, describe, it } from "@effect/vitest"
import {
  isOwnHost,
  parseModules,
  parsePins,
  pathRefusal,
  resolveUrl,
  urlRefusal
} from "../../src/git/SubmoduleRules.ts"
import { parseMovedLinks } from "../../src/runner/workspace/Submodules.ts"

const target = "https://github.com/acme/target.git"
const hosts = { allowedHosts: ["github.com", "gitlab.example.test"], githubHosts: {}, giteaHosts: {}, insteadOf: {} }

describe("an address of .gitmodules", () => {
  it.each([
    { parent: target, url: "../lib.git", want: "https://github.com/acme/lib.git" },
    { parent: `${target}/`, url: "../lib.git/", want: "https://github.com/acme/lib.git" },
    { parent: target, url: "./lib.git", want: "https://github.com/acme/target.git/lib.git" },
    { parent: target, url: "../../other/lib.git", want: "https://github.com/other/lib.git" },
    { parent: target, url: ".././../other/lib", want: "https://github.com/other/lib" },
    { parent: target, url: "../../../evil.example.test/lib", want: "https://evil.example.test/lib" },
    { parent: "git@github.com:acme/target.git", url: "../lib.git", want: "git@github.com:acme/lib.git" },
    { parent: "git@github.com:acme/target.git", url: "../../other/lib.git", want: "git@github.com:other/lib.git" },
    { parent: "git@github.com:acme/target.git", url: "../../../other/lib.git", want: undefined },
    { parent: "ssh://git@github.com/acme/target.git", url: "../lib.git", want: "ssh://git@github.com/acme/lib.git" },
    { parent: "file:///srv/git/target.git", url: "../lib.git", want: "file:///srv/git/lib.git" },
    { parent: target, url: "https://gitlab.example.test/x.git", want: "https://gitlab.example.test/x.git" }
  ])(
    "$url seen from $parent is $want, as git has it",
    ({ parent, url, want }) => assert.strictEqual(resolveUrl(url, parent), want)
  )

  it.each([
    "../lib.git",
    "https://github.com/acme/lib",
    "https://gitlab.example.test/group/sub/lib.git",
    "ssh://git@github.com/acme/lib.git",
    "git@github.com:acme/lib.git",
    "https://github.com/acme/a%20name/_git/lib",
    "https://ada%40example.com@github.com/acme/lib.git"
  ])(
    "%s is fetched",
    (url) => assert.isUndefined(urlRefusal(resolveUrl(url, target) ?? "", url, { hosts, own: [target] }))
  )

  it.each([
    "../../../evil.example.test/lib.git",
    "../../../../lib.git",
    "https://evil.example.test/lib.git",
    "https://github.com.evil.example.test/lib.git",
    "https://github.com@evil.example.test/lib.git",
    "https://user:word@github.com/acme/lib.git",
    "https://ghp_n0T4r3aLt0k3N@github.com/acme/lib.git",
    "https://github.com:8443/acme/lib.git",
    "https://github.com\\@evil.example.test/lib.git",
    "https://evil.example.test#@github.com/lib.git",
    "https://evil.example.test?@github.com/lib.git",
    "https://github.com/acme/lib.git?service=x",
    "https://github.com/acme/../../lib.git",
    "https://github.com/acme/%2E%2e/lib.git",
    "https://github.com/acme/lib%0aHost:evil.example.test",
    "https://github.com/acme/lib\nurl = x",
    "https://github.com/acme/lib\r",
    "https://github.com//acme/lib",
    "HTTPS://EVIL.EXAMPLE.TEST/lib.git",
    "http://169.254.169.254/latest/meta-data",
    "http://127.0.0.1:8080/lib.git",
    "http://[::1]/lib.git",
    "git://github.com/acme/lib.git",
    "git@gitlab.example.test:acme/lib.git",
    "git@github.com:../lib.git",
    "git@github.com:-oProxyCommand=id",
    "-u./payload",
    "--upload-pack=touch pwned",
    "ssh://-oProxyCommand=id/lib.git",
    "ssh://git@-oProxyCommand=id/lib.git",
    "-oProxyCommand=id@github.com:lib.git",
    "ext::sh -c id",
    "ext::sh",
    "fd::17/foo",
    "transport::https://github.com/acme/lib.git",
    "file:///etc/lib.git",
    "file://github.com/acme/lib.git",
    "/etc/lib.git",
    "C:\\lib.git",
    "~/lib.git",
    "lib.git",
    "..",
    ".",
    "",
    "../lib.git\u0000x",
    "../lib\u202egit"
  ])(
    "%j is refused with a reason",
    (url) => assert.isNotEmpty(urlRefusal(resolveUrl(url, target) ?? "", url, { hosts, own: [target] }) ?? "")
  )

  it("is a path of this machine only beside a target that is one", () => {
    const own = ["file:///srv/git/target.git"]
    const refusal = (url: string) => urlRefusal(resolveUrl(url, own[0] ?? "") ?? "", url, { hosts, own })
    assert.isUndefined(refusal("../lib.git"))
    for (
      const url of ["../../other/lib.git", "../sub/lib.git", "./lib.git", "file:///srv/git/lib.git", "../../../etc/x"]
    ) {
      assert.isDefined(refusal(url), url)
    }
    assert.isDefined(urlRefusal("file:///srv/git/lib.git", "../lib.git", { hosts, own: [target] }))
  })

  it.each([
    { url: "https://github.com/other/lib", want: true },
    { url: "git@github.com:acme/lib", want: true },
    { url: "https://GitHub.com/acme/lib", want: true },
    { url: "https://gitlab.example.test/acme/lib", want: false },
    { url: "https://github.com:8443/acme/lib", want: false },
    { url: "http://github.com/acme/lib", want: false },
    { url: "ssh://git@github.com:2222/acme/lib", want: false },
    { url: "https://api.github.com/acme/lib", want: false }
  ])("$url gets the run's credentials: $want", ({ url, want }) => assert.strictEqual(isOwnHost(url, [target]), want))
})

describe("a path of .gitmodules", () => {
  it.each(["lib", "vendor/lib", "third party/lib", ".github/lib", "a.git", "x/.gitx", "ünïcode"])(
    "%j is taken",
    (path) => assert.isUndefined(pathRefusal(path))
  )

  it.each([
    "",
    "/",
    "/etc/cron.d",
    "..",
    "../x",
    "lib/../../x",
    "lib/./x",
    "lib//x",
    "lib/",
    "./lib",
    ".git",
    ".GIT/hooks",
    "lib/.git/hooks",
    ".git ",
    ".git.",
    ".git . .",
    ".git::$INDEX_ALLOCATION/hooks",
    "GIT~1/hooks",
    ".g\u200cit/hooks",
    "a\\..\\..\\x",
    "-c",
    "lib/-rf",
    "--upload-pack=x",
    "lib\r",
    "lib\n",
    "lib\u0000x",
    "lib\u0085",
    "lib\ufffd",
    "x".repeat(1025)
  ])("%j is refused with a reason", (path) => assert.isNotEmpty(pathRefusal(path) ?? ""))
})

describe("what git lists", () => {
  it("gives a module its last path and address, whatever its name, and no other setting", () => {
    const listing = [
      "submodule.../../.git/hooks.path\nlib",
      "submodule.../../.git/hooks.url\n../lib.git",
      "submodule.x.y.path\nline\nbreak",
      "submodule.x.y.url\n../x",
      "submodule.x.y.update\n!touch pwned",
      "submodule.only.path\nonly",
      "core.fsmonitor\ntouch pwned",
      "submodule.path\nx"
    ].join("\0")
    assert.deepStrictEqual(parseModules(`${listing}\0`), [
      { path: "lib", url: "../lib.git" },
      { path: "line\nbreak", url: "../x" }
    ])
  })

  it("has a pin only where the tree has a link, and no link of a file, folder or symbolic link", () => {
    const id = "0".repeat(40)
    const listing = `160000 commit ${id}\tlib\u0000` +
      ["100644 blob", "040000 tree", "120000 blob"].map((kind) => `${kind} ${id}\tx\u0000`).join("")
    assert.deepStrictEqual([...parsePins(listing)], [["lib", id]])
  })

  it("has moved links where a link stays one", () => {
    const [a, b] = ["a".repeat(40), "b".repeat(40)]
    const listing =
      `:160000 160000 ${a} ${b} M\0lib\0:000000 160000 ${a} ${b} A\0new\0:100644 100644 ${a} ${b} M\0file\0`
    assert.deepStrictEqual(parseMovedLinks(listing), [{ path: "lib", before: a, after: b }])
  })
})
