/** Doubles of the agent's tests for the tests of other packages, since what a package tests with is not among its exports. */
// oxlint-disable no-restricted-imports
export { makeCertificates } from "../../packages/agent/test/fixtures/Certificates.ts"
export { gitHttp } from "../../packages/agent/test/fixtures/GitHttp.ts"
export { type App, appKeys, type AppOptions, makeApp } from "../../packages/agent/test/fixtures/github/Apps.ts"
export { gitHub, type GitHubOptions } from "../../packages/agent/test/fixtures/github/GitHub.ts"
export { withLogs } from "../../packages/agent/test/fixtures/github/Logs.ts"
export { openPull } from "../../packages/agent/test/fixtures/github/Resources.ts"
