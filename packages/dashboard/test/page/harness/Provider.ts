/** An OpenID provider of one person, who never has to type: it holds browsers and clients to the rules, and remembers who broke which. */
import { createHash, createSign, generateKeyPairSync, randomBytes } from "node:crypto"
import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { createServer as createSecureServer } from "node:https"

interface Grant {
  readonly challenge: string
  readonly nonce: string
  readonly redirectUri: string
}

const text = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url")

const bodyOf = async (request: IncomingMessage): Promise<URLSearchParams> => {
  const parts: Array<Buffer> = []
  for await (const part of request) parts.push(part)
  return new URLSearchParams(Buffer.concat(parts).toString())
}

export interface ProviderOptions {
  readonly clientId: string
  /** Seconds that its tokens are good for. */
  readonly lifetime?: number
  /** Told of every token. */
  readonly onToken?: (token: string) => Promise<void>
  /** An API server asks nobody without one. */
  readonly certificate?: { readonly key: string; readonly cert: string }
}

export const startProvider = async (
  { certificate, clientId, lifetime = 3600, onToken = async () => {} }: ProviderOptions
) => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const grants = new Map<string, Grant>()
  const refreshTokens = new Set<string>()
  const asked: Array<string> = []
  const revoked: Array<string> = []
  /** How the next answer is wrong. */
  let wrong: "nonce" | "state" | "denied" | undefined
  let issuer = ""

  const tokens = async (nonce: string | undefined) => {
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: issuer,
      sub: "ada",
      aud: clientId,
      iat: now,
      exp: now + lifetime,
      jti: randomBytes(8).toString("hex")
    }
    const signed = `${text({ alg: "RS256", typ: "JWT", kid: "1" })}.${
      text(nonce === undefined ? claims : { ...claims, nonce })
    }`
    const idToken = `${signed}.${createSign("RSA-SHA256").update(signed).sign(privateKey, "base64url")}`
    await onToken(idToken)
    const refresh = randomBytes(16).toString("hex")
    refreshTokens.add(refresh)
    return {
      access_token: randomBytes(16).toString("hex"),
      token_type: "Bearer",
      expires_in: lifetime,
      id_token: idToken,
      refresh_token: refresh
    }
  }

  const authorize = (query: URLSearchParams, response: ServerResponse) => {
    const redirectUri = query.get("redirect_uri") ?? ""
    const code = randomBytes(16).toString("hex")
    const back = new URL(redirectUri)
    const isRight = query.get("client_id") === clientId && query.get("response_type") === "code" &&
      query.get("code_challenge_method") === "S256" && (query.get("scope") ?? "").split(" ").includes("openid")
    if (!isRight) return void response.writeHead(400).end("not what a public client sends")
    grants.set(code, {
      challenge: query.get("code_challenge") ?? "",
      nonce: wrong === "nonce" ? "another" : query.get("nonce") ?? "",
      redirectUri
    })
    if (wrong === "denied") back.searchParams.set("error", "access_denied")
    else back.searchParams.set("code", code)
    back.searchParams.set("state", wrong === "state" ? "another" : query.get("state") ?? "")
    back.searchParams.set("iss", issuer)
    response.writeHead(302, { location: back.href }).end()
  }

  /** RFC 7636: the verifier's hash is what was sent before, and a code is good once. */
  const exchange = async (body: URLSearchParams) => {
    if (body.get("grant_type") === "refresh_token") {
      return refreshTokens.delete(body.get("refresh_token") ?? "") ? await tokens(undefined) : undefined
    }
    const grant = grants.get(body.get("code") ?? "")
    grants.delete(body.get("code") ?? "")
    const challenge = createHash("sha256").update(body.get("code_verifier") ?? "").digest("base64url")
    return grant === undefined || challenge !== grant.challenge || body.get("redirect_uri") !== grant.redirectUri
      ? undefined
      : await tokens(grant.nonce)
  }

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", issuer)
    asked.push(`${request.method} ${pathname}`)
    const cors = { "access-control-allow-origin": request.headers.origin ?? "", "content-type": "application/json" }
    const json = (value: object, status = 200) => void response.writeHead(status, cors).end(JSON.stringify(value))
    if (pathname === "/.well-known/openid-configuration") {
      return json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        revocation_endpoint: `${issuer}/revoke`,
        end_session_endpoint: `${issuer}/logout`,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
        code_challenge_methods_supported: ["S256"],
        authorization_response_iss_parameter_supported: true
      })
    }
    if (pathname === "/keys") {
      return json({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "1", alg: "RS256", use: "sig" }] })
    }
    if (pathname === "/authorize") return authorize(searchParams, response)
    if (pathname === "/logout") {
      const next = searchParams.get("post_logout_redirect_uri") ?? ""
      return void response.writeHead(302, { location: next }).end()
    }
    const body = await bodyOf(request)
    if (pathname === "/revoke") {
      revoked.push(body.get("token") ?? "")
      return json({})
    }
    const given = pathname === "/token" && body.get("client_id") === clientId && body.get("client_secret") === null
      ? await exchange(body)
      : undefined
    return given === undefined ? json({ error: "invalid_grant" }, 400) : json(given)
  }

  const answered = (request: IncomingMessage, response: ServerResponse) => void answer(request, response)
  const server = certificate === undefined ? createServer(answered) : createSecureServer(certificate, answered)
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  issuer = `${certificate === undefined ? "http" : "https"}://127.0.0.1:${
    typeof address === "object" && address !== null ? address.port : 0
  }`
  return {
    issuer,
    asked,
    revoked,
    next: (how: typeof wrong) => void (wrong = how),
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    }
  }
}
