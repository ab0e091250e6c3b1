/** The kubeconfig text by which kubectl and other programs find the embedded cluster. JSON is YAML. */

export interface KubeconfigInput {
  readonly server: string
  /** PEM. */
  readonly certificateAuthority: string
  readonly token: string
  /** Name of cluster, user and context. */
  readonly name: string
  readonly namespace: string
}

export const kubeconfigText = (input: KubeconfigInput): string => {
  const { certificateAuthority, name, namespace, server, token } = input
  const authority = Buffer.from(certificateAuthority).toString("base64")
  return `${
    JSON.stringify(
      {
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name, cluster: { server, "certificate-authority-data": authority } }],
        users: [{ name, user: { token } }],
        contexts: [{ name, context: { cluster: name, user: name, namespace } }],
        "current-context": name
      },
      undefined,
      2
    )
  }\n`
}
