/** A repository of some size, and git's own HTTP backend in front of it. */
import { Effect } from "effect"
import { execFileSync, spawn } from "node:child_process"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

const environment = { PATH: process.env["PATH"], GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" }

/** Words that compress about as well as a program does, the same for every seed. */
const textOf = (seed: number, bytes: number): string => {
  let state = seed + 1
  const lines: Array<string> = []
  for (let length = 0; length < bytes; length += lines.at(-1)?.length ?? 0) {
    const words = Array.from({ length: 9 }, () => {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9 | 0
      return (state >>> 0).toString(36)
    })
    lines.push(`const ${words[0]} = ${words.join("(")} // ${words.toReversed().join(" ")}\n`)
  }
  return lines.join("")
}

/** A bare repository, packed as forges have theirs: so many files of 16 KB, then commits that each change some of them. */
export const makeRepository = (folder: string, files: number, commits: number) => {
  const parts: Array<string> = []
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`
  const commit = (index: number, changed: ReadonlyArray<number>) => {
    parts.push(`commit refs/heads/main\ncommitter A <a@example.test> ${1_700_000_000 + index * 600} +0000\n`)
    parts.push(data(`Change ${index}`))
    for (const file of changed) {
      const text = `${textOf(file, 16_000)}// ${index}\n${textOf(file * 7919 + index, 400)}`
      parts.push(`M 100644 inline packages/part${file % 40}/src/deep${file % 7}/file${file}.ts\n${data(text)}`)
    }
  }
  commit(0, Array.from({ length: files }, (_, file) => file))
  for (let index = 1; index <= commits; index++) {
    commit(index, Array.from({ length: 5 }, (_, each) => (index * 31 + each * 977) % files))
  }
  const options = { cwd: folder, env: environment }
  execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", folder], { env: environment })
  execFileSync("git", ["fast-import", "--quiet"], { ...options, input: parts.join("") })
  execFileSync("git", ["config", "http.receivepack", "true"], options)
  execFileSync("git", ["config", "uploadpack.allowFilter", "true"], options)
  execFileSync("git", ["config", "uploadpack.allowAnySHA1InWant", "true"], options)
  execFileSync("git", ["repack", "-adfq"], options)
}

const answer = (root: string, request: IncomingMessage, response: ServerResponse) => {
  const [path = "", query = ""] = (request.url ?? "").split("?")
  const child = spawn("git", ["http-backend"], {
    stdio: ["pipe", "pipe", "ignore"],
    env: {
      ...environment,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: path,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? "")
    }
  })
  child.stdin.on("error", () => {})
  request.pipe(child.stdin)
  let head = Buffer.alloc(0)
  const onHead = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk])
    const end = head.indexOf("\r\n\r\n")
    if (end < 0) return
    const lines = head.subarray(0, end).toString().split("\r\n").map((line) => line.split(/: (.*)/s))
    const status = Number(lines.find(([name]) => name === "Status")?.[1]?.slice(0, 3) ?? 200)
    response.writeHead(status, Object.fromEntries(lines.map(([name = "", value = ""]) => [name, value])))
    child.stdout.off("data", onHead)
    response.write(head.subarray(end + 4))
    child.stdout.pipe(response)
  }
  child.stdout.on("data", onHead)
}

/** Serves the repositories of a folder for as long as the scope is open; answers with where. */
export const gitBackend = (root: string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(async () => {
        const server = createServer((request, response) => answer(root, request, response))
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
        return server
      }),
      (server) =>
        Effect.sync(() => server.closeAllConnections()).pipe(Effect.andThen(Effect.sync(() => server.close())))
    ),
    (server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  )
