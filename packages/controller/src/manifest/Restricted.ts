/** Of every container of ours, so that the pod is admitted where Pod Security is "restricted". */
export const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" }
}
