{{/* Values that the chart does not know, one path a line. files/known-values.yaml says what it knows. */}}
{{- define "orchestrator.unknownValues" -}}
{{- $known := .known }}
{{- $prefix := .prefix }}
{{- range $key, $value := .values }}
{{- $path := printf "%s%s" $prefix $key }}
{{- if and (hasKey $known $path) (eq (index $known $path) "group") (kindIs "map" $value) }}
{{- include "orchestrator.unknownValues" (dict "known" $known "prefix" (printf "%s." $path) "values" $value) }}
{{- else if and (not (hasKey $known $path)) (ne $path "global") }}
{{- printf "%s\n" $path }}
{{- end }}
{{- end }}
{{- end }}

{{/* Where requests reach the API without encryption, one place a line. */}}
{{- define "orchestrator.clearText" -}}
{{- $direct := and (ne .Values.service.type "ClusterIP") (not .Values.tls.secretName) }}
{{- if $direct }}
service.type is {{ .Values.service.type }}, and the orchestrator serves plain HTTP: set tls.secretName, or end TLS in front of it.
{{- end }}
{{- if .Values.ingress.enabled }}
{{- $covered := list }}
{{- range .Values.ingress.tls }}
{{- $covered = concat $covered (default list .hosts) }}
{{- end }}
{{- range .Values.ingress.hosts }}
{{- $wildcard := printf "*.%s" (.host | splitList "." | rest | join ".") }}
{{- if not (or (has .host $covered) (has $wildcard $covered)) }}
ingress.tls has no certificate for {{ .host }}: add it with `hosts: [{{ .host }}]`.
{{- end }}
{{- end }}
{{- range $name, $value := .Values.ingress.annotations }}
{{- $off := eq (toString $value | lower) "false" }}
{{- if or (and $off (hasSuffix "ssl-redirect" $name)) (and (not $off) (hasSuffix "allow-http" $name)) }}
The annotation {{ $name }} of the Ingress is {{ toString $value | quote }}, so that it answers http as well: set it to {{ ternary "true" "false" $off | quote }}.
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "orchestrator.notes" -}}
{{- $name := include "orchestrator.fullname" . }}
{{- $namespace := .Release.Namespace }}
{{- $runs := include "orchestrator.runNamespace" . }}
{{- $secret := include "orchestrator.apiKeySecretName" . -}}
{{ .Chart.Name }} {{ .Chart.AppVersion }} is being installed as {{ $name }} in namespace {{ $namespace }}; it controls the runs of namespace {{ $runs }}.

Wait until it is ready, and check its log if it does not become ready:

  kubectl rollout status deployment/{{ $name }} -n {{ $namespace }} --timeout=2m
  kubectl logs -n {{ $namespace }} deployment/{{ $name }}

Reach the API:
{{- if .Values.ingress.enabled }}
{{ range .Values.ingress.hosts }}
  http{{ if $.Values.ingress.tls }}s{{ end }}://{{ .host }}/docs
{{- end }}
{{- else }}

  kubectl port-forward -n {{ $namespace }} svc/{{ $name }} 8080:{{ .Values.service.port }}
  {{ include "orchestrator.scheme" . | lower }}://localhost:8080/docs
{{- end }}
{{- if eq .Values.auth.mode "kubernetes" }}

Callers send a token of the cluster, such as that of `kubectl create token NAME -n {{ $runs }}`, and may do what RBAC lets its owner do.
{{- end }}
{{- if not (include "orchestrator.createsSecret" .) }}
{{- $found := lookup "v1" "Secret" $runs $secret }}
{{- if or (not $found) (not (index (default dict $found.data) .Values.secrets.apiKeySecretKey)) }}

MISSING: the Secret {{ $secret }} with the key {{ .Values.secrets.apiKeySecretKey }} was not found in namespace {{ $runs }}. Agents need it:

  kubectl create secret generic {{ $secret }} -n {{ $runs }} --from-file={{ .Values.secrets.apiKeySecretKey }}=/path/to/api-key \
    --dry-run=client -o yaml | kubectl apply -f -

The orchestrator runs without it, and repeats this as a warning in the answer of {{ .Values.healthCheck.readinessPath }}.
{{- end }}
{{- end }}

Give the agents' GitHub user its token (or its ssh key: github-ssh-USER with ssh-privatekey and ssh-publickey), then submit a task and wait
for it to finish:

  kubectl create secret generic github-token-USER -n {{ $runs }} --from-file=token=/path/to/token
  kubectl apply -n {{ $runs }} -f - << 'END'
  apiVersion: orchestrator.platform/v1
  kind: CodeRun
  metadata:
    name: first
  spec:
    taskId: 1
    service: your-service
    repositoryUrl: https://github.com/your-org/your-service.git
    docsRepositoryUrl: https://github.com/your-org/your-docs.git
    docsProjectDirectory: _projects/your-service
    workingDirectory: .
    model: {{ .Values.models.defaultCodeModel }}
    githubUser: USER
  END
  kubectl wait --for=condition=Finished coderun/first -n {{ $runs }} --timeout=30m
  kubectl get coderuns -n {{ $runs }} -o wide
{{- if eq .Values.auth.mode "none" }}

WARNING: auth.mode is `none`. Anyone who can reach the API can start agents with your keys.
{{- end }}
{{- $clear := include "orchestrator.clearText" . | trim }}
{{- if and $clear (eq .Values.auth.mode "kubernetes") }}

WARNING: tokens of callers are sent unencrypted and can be intercepted:
{{- range splitList "\n" $clear }}
  {{ trim . }}
{{- end }}
{{- end }}
{{- if and (not .Values.agent.image.digest) (eq (toString .Values.agent.image.tag) "1.0.56") }}

WARNING: agent.image.tag is 1.0.56, the default of older charts. Its Claude Code does not know the options that this version uses, and every run
would fail. Take the image of this version: --set agent.image.tag={{ .Chart.AppVersion }}
{{- end }}
{{- if and .Values.networkPolicy.agent.enabled (not (has 22 .Values.networkPolicy.agent.ports)) (not (has 22.0 .Values.networkPolicy.agent.ports)) (has "ssh" .Values.git.allowedProtocols) }}

NOTE: agents reach public addresses on port {{ join ", " .Values.networkPolicy.agent.ports }} only. Remotes by ssh (git@host:...) need 22 in
networkPolicy.agent.ports, or the host's ssh on port 443.
{{- end }}
{{- if and .Values.telemetry.enabled .Values.networkPolicy.agent.enabled (not .Values.networkPolicy.agent.extraEgress) }}

NOTE: agents send telemetry to {{ .Values.telemetry.otlpEndpoint }}. A collector in the cluster needs a rule in networkPolicy.agent.extraEgress.
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.className) }}

NOTE: the Ingress names no class; it works only where the cluster has a default one.
{{- end }}
{{- if and .Values.admissionPolicy.enabled (not (include "orchestrator.hasAdmissionPolicies" .)) }}

NOTE: this cluster (Kubernetes {{ .Capabilities.KubeVersion.Version }}) has no ValidatingAdmissionPolicies, which come with 1.30: kubectl's users may name Secrets
in runs that they may not read themselves.
{{- end }}
{{- if and .Values.quota.enabled (not (include "orchestrator.hasDefinitions" .)) }}

NOTE: the quota on runs (quota.*) comes with the next `helm upgrade`: a quota on a kind that has just been defined refuses all of it for minutes.
{{- end }}
{{- if .Values.rbac.rules }}

NOTE: rbac.rules replaces the rules that this version needs, and may grant more. Leave it out to have exactly those.
{{- end }}
{{- if and .Values.secrets.existingSecret .Values.secrets.anthropicApiKey (ne .Values.secrets.anthropicApiKey "use-existing") }}

NOTE: secrets.anthropicApiKey is ignored, since secrets.existingSecret names a Secret.
{{- end }}
{{- if and .Values.secrets.githubToken (not (include "orchestrator.createsSecret" .)) }}

NOTE: secrets.githubToken is ignored: this release makes no Secret.
{{- end }}
{{- if .Values.crds.install }}
{{- range $each := list "coderuns.orchestrator.platform" "docsruns.orchestrator.platform" }}
{{- if include "orchestrator.foreignCrd" (dict "name" $each "release" $.Release) }}

NOTE: the definition {{ $each }} is there and is not this release's, so it was left alone. Upgrade it with `kubectl apply -f crds/` of this
version's repository.
{{- end }}
{{- end }}
{{- end }}
{{- $unknown := include "orchestrator.unknownValues" (dict "known" (.Files.Get "files/known-values.yaml" | fromYaml) "prefix" "" "values" .Values) | trim }}
{{- if $unknown }}

IGNORED, since this chart knows no such values:
{{- range splitList "\n" $unknown }}
  {{ . }}
{{- end }}
{{- end }}
{{- end }}
