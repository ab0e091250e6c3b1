/** Answers a request; no input or output here, so that it can be tested without a server. */
export const respond = (method, url) => {
  const { pathname } = new URL(url, "http://hello-api")
  if (method === "GET" && pathname === "/hello") return { status: 200, body: { message: "Hello, world!" } }
  return { status: 404, body: { error: "not found" } }
}
