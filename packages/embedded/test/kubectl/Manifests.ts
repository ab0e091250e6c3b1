/** What the kubectl tests apply. */

export const codeRun = (name: string, spec: object = {}, labels: object = { team: "a" }) => ({
  apiVersion: "orchestrator.platform/v1",
  kind: "CodeRun",
  metadata: { name, labels },
  spec: {
    taskId: 5,
    service: "api",
    repositoryUrl: "https://example.com/api.git",
    docsRepositoryUrl: "https://example.com/docs.git",
    workingDirectory: "api",
    model: "some-model",
    githubUser: "octo",
    ...spec
  }
})

export const configMap = (name: string, data: object, labels?: object) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...(labels === undefined ? {} : { labels }) },
  data
})

export const job = (name: string, image: string) => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name },
  spec: {
    backoffLimit: 0,
    template: {
      metadata: { labels: { app: name } },
      spec: {
        restartPolicy: "Never",
        containers: [{ name: "main", image, command: ["run"], env: [{ name: "GREETING", value: "hello" }] }]
      }
    }
  }
})

/** For `-f -`. */
export const manifests = (...objects: ReadonlyArray<object>): { readonly stdin: string } => ({
  stdin: objects.map((object) => JSON.stringify(object)).join("\n")
})
