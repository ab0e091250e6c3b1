{{/* The most secrets that a run may name; the definition of a CodeRun says the same. */}}
{{- define "orchestrator.mostSecrets" -}}32{{- end }}

{{/* Whether the cluster has ValidatingAdmissionPolicies (1.30). Helm knows single kinds only where it sees a cluster. */}}
{{- define "orchestrator.hasAdmissionPolicies" -}}
{{- if or (.Capabilities.APIVersions.Has "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy") (semverCompare ">=1.30-0" .Capabilities.KubeVersion.Version) }}true{{ end }}
{{- end }}

{{/* Whether the cluster has MutatingAdmissionPolicies (1.36). Where it has none, runs that kubectl makes are the first shard's. */}}
{{- define "orchestrator.hasMutatingPolicies" -}}
{{- if or (.Capabilities.APIVersions.Has "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy") (semverCompare ">=1.36-0" .Capabilities.KubeVersion.Version) }}true{{ end }}
{{- end }}

{{- define "orchestrator.runRules" -}}
resourceRules:
  - apiGroups: ["orchestrator.platform"]
    apiVersions: ["*"]
    operations: ["CREATE", "UPDATE"]
    resources: ["coderuns", "docsruns"]
{{- end }}

{{- define "orchestrator.notTheOrchestrator" -}}
- name: not-the-orchestrator
  expression: request.userInfo.username != "system:serviceaccount:{{ .Release.Namespace }}:{{ include "orchestrator.serviceAccountName" . }}"
{{- end }}

{{/* What keeps an agent from working uses no Secret, so it asks for none: whoever may update the run may cancel and suspend it. */}}
{{- define "orchestrator.specChanged" -}}
- name: spec-changed
  expression: oldObject == null || object.spec != oldObject.spec
- name: not-only-stopped
  expression: >-
    oldObject == null || oldObject.spec.exists(key, !(key in object.spec)) ||
    object.spec.exists(key, (!(key in oldObject.spec) || object.spec[key] != oldObject.spec[key]) &&
    !(key in ["cancel", "suspend"] && object.spec[key] == true))
{{- end }}

{{/* One validation for each secret that a run may name, from one position up to another. */}}
{{- define "orchestrator.secretChecks" -}}
{{- range $at := untilStep (int .from) (int .to) 1 }}
- expression: >-
    !has(object.spec.envFromSecrets) || size(object.spec.envFromSecrets) <= {{ $at }} ||
    authorizer.group("").resource("secrets").namespace(request.namespace).name(object.spec.envFromSecrets[{{ $at }}].secretName)
    .check("use").allowed() ||
    authorizer.group("").resource("secrets").namespace(request.namespace).name(object.spec.envFromSecrets[{{ $at }}].secretName)
    .check("get").allowed()
  reason: Forbidden
  messageExpression: >-
    "a run may use only Secrets that its creator may use: ask for use on the Secret " + object.spec.envFromSecrets[{{ $at }}].secretName
    + " in namespace " + request.namespace
{{- end }}
{{- end }}
