/** The real forge of these tests as people use it: accounts, repositories, pull requests, by its REST API. */
import { randomBytes } from "node:crypto"

const variable = (name: string): string => {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set: run npm run test:forge`)
  return value
}

export const forgeUrl = variable("FORGE_URL")
export const forgeHost = new URL(forgeUrl).host
const password = variable("FORGE_PASSWORD")

interface Asked {
  readonly status: number
  // What a test looks at of an answer is its own affair.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any
}

export interface Account {
  readonly login: string
  readonly token: string
  readonly ask: (method: string, path: string, body?: unknown) => Promise<Asked>
  /** The same; fails unless it is done. */
  readonly must: (method: string, path: string, body?: unknown) => Promise<Asked["body"]>
}

const request = async (
  authorization: string,
  method: string,
  path: string,
  body?: unknown,
  url = forgeUrl
): Promise<Asked> => {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  const text = await response.text()
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) }
}

/** `url`: of the forge, where that is another one. */
export const account = (login: string, token: string, url = forgeUrl): Account => {
  const ask: Account["ask"] = (method, path, body) => request(`token ${token}`, method, path, body, url)
  return {
    login,
    token,
    ask,
    must: async (method, path, body) => {
      const { body: answer, status } = await ask(method, path, body)
      if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`)
      return answer
    }
  }
}

export const administrator = account("forge-admin", variable("FORGE_TOKEN"))

const unique = (): string => randomBytes(3).toString("hex")

/** A person with a token of their own; names do not repeat, so that tests share one forge. */
export const makeAccount = async (name: string, scopes: ReadonlyArray<string> = ["all"]): Promise<Account> => {
  const login = `${name}-${unique()}`
  await administrator.must("POST", "/admin/users", {
    username: login,
    email: `${login}@example.test`,
    password,
    must_change_password: false
  })
  const basic = `Basic ${Buffer.from(`${login}:${password}`).toString("base64")}`
  const { body } = await request(basic, "POST", `/users/${login}/tokens`, { name: "test", scopes })
  return account(login, body.sha1)
}

export interface Repository {
  /** Owner and name. */
  readonly name: string
  /** Path in the API. */
  readonly path: string
  readonly url: string
}

/** With one commit on main, and these people as collaborators who may write. */
export const makeRepository = async (owner: Account, ...writers: ReadonlyArray<Account>): Promise<Repository> => {
  const { clone_url: url, full_name: name } = await owner.must("POST", "/user/repos", {
    name: `hello-${unique()}`,
    auto_init: true,
    default_branch: "main"
  })
  const path = `/repos/${name}`
  for (const { login } of writers) {
    await owner.must("PUT", `${path}/collaborators/${login}`, { permission: "write" })
  }
  return { name, path, url }
}

/** A file of this name on a branch, by the API; answers with the branch's new commit. */
export const commitTo = async (
  { must }: Account,
  { path }: Repository,
  branch: string,
  file: string
): Promise<string> => {
  const { body, status } = await administrator.ask("GET", `${path}/branches/${branch}`)
  const where = status === 200 ? { branch: body.name } : { branch: "main", new_branch: branch }
  const { commit } = await must("POST", `${path}/contents/${file}`, {
    ...where,
    content: Buffer.from(file).toString("base64"),
    message: `Add ${file}`
  })
  return commit.sha
}
