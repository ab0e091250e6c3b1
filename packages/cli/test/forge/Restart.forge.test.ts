/** A forge that is restarted in the middle of a push: the push is tried again, and the run ends with one pull request. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { createServer, request, type Server } from "node:http"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { temporaryFolder } from "../LocalProduct.ts"
import { type Account, account, makeRepository } from "./Gitea.ts"
import { specFor, startWorld, type World } from "./World.ts"

const tool = (name: string, ...words: ReadonlyArray<string>) =>
  execFileSync(fileURLToPath(new URL(`../../../../tools/forge/${name}`, import.meta.url)), words, { stdio: "ignore" })

/** Hands everything on; the first push that has a body reaches nobody, while what happens does. */
const wayTo = (target: URL, happens: () => void) =>
  new Promise<Server>((resolve) => {
    let isFirst = true
    const server = createServer((asked, answer) => {
      const isPush = asked.method === "POST" && asked.url?.endsWith("/git-receive-pack") === true
        && asked.headers["content-length"] !== "4"
      if (isPush && isFirst) {
        isFirst = false
        asked.once("data", () => {
          asked.socket.destroy()
          happens()
        })
        return
      }
      const onward = request(
        { host: target.hostname, port: target.port, method: asked.method, path: asked.url, headers: asked.headers },
        (response) => {
          answer.writeHead(response.statusCode ?? 500, response.headers)
          response.pipe(answer)
        }
      )
      onward.on("error", () => answer.destroy())
      asked.pipe(onward)
    })
    server.listen(0, "127.0.0.1", () => resolve(server))
  })

describe("a forge that is restarted in the middle of a push", () => {
  const { folder, remove } = temporaryFolder()
  let owner: Account
  let world: World
  let way: Server
  let url = ""
  let restarts = 0

  beforeAll(async () => {
    tool("up", folder)
    const [, forge = ""] = /FORGE_URL=(\S+)/.exec(readFileSync(join(folder, "env"), "utf8")) ?? []
    const [, token = ""] = /FORGE_TOKEN=(\S+)/.exec(readFileSync(join(folder, "env"), "utf8")) ?? []
    owner = account("forge-admin", token, forge)
    way = await wayTo(new URL(forge), () => {
      restarts++
      tool("down", folder)
      tool("up", folder)
    })
    const address = way.address()
    url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
    world = await startWorld(owner, {
      forge: { hosts: { [new URL(url).host]: { kind: "gitea", api: `${forge}/api/v1` } } },
      git: { allowedProtocols: ["http"] }
    })
  })
  afterAll(async () => {
    await world.stop()
    way.closeAllConnections()
    way.close()
    tool("down", folder, "--delete")
    remove()
  })

  it("has the commit once it is there again, and one pull request", async () => {
    const repository = await makeRepository(owner)
    const spec = specFor({ ...repository, url: `${url}/${repository.name}.git` }, "Say hello")
    await world.submit("restarted", spec)
    const { status = {} } = await world.ended("restarted")
    assert.strictEqual(status["reason"], "Delivered", String(status["message"]))
    assert.strictEqual(restarts, 1)
    const pulls = await owner.must("GET", `${repository.path}/pulls?state=all`)
    assert.deepStrictEqual(pulls.map(({ head }: { readonly head: { readonly sha: string } }) => head.sha), [
      status["headCommit"]
    ])
  })
})
