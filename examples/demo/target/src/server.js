import { createServer } from "node:http"
import { respond } from "./routes.js"

const port = Number(process.env.PORT ?? "3000")

createServer((request, response) => {
  const { body, status } = respond(request.method, request.url)
  response.writeHead(status, { "content-type": "application/json" })
  response.end(JSON.stringify(body))
}).listen(port, () => console.log(`hello-api listens on ${port}`))
