{{/*
Fills in what the values lack: those of an older chart, which `helm upgrade --reuse-values` brings, know nothing of newer keys, and any map
may be absent or null. Lists and maps that the first chart had already are left alone: null is how people take their defaults away.
*/}}
{{- define "orchestrator.defaults" -}}
{{- $defaults := .Files.Get "files/default-values.yaml" | fromYaml }}
{{- $removable := list "tolerations" "imagePullSecrets" "nodeSelector" "affinity" "resources" "podSecurityContext" "securityContext" "podAnnotations" "ingress.annotations" "ingress.hosts" "ingress.tls" "serviceAccount.annotations" }}
{{- $values := .Values }}
{{- range $path, $what := .Files.Get "files/known-values.yaml" | fromYaml }}
{{- $parent := $values }}
{{- $default := $defaults }}
{{- $keys := splitList "." $path }}
{{- range initial $keys }}
{{- $parent = get $parent . }}
{{- $default = get $default . }}
{{- end }}
{{- $key := last $keys }}
{{- $found := get $parent $key }}
{{- if eq $what "group" }}
{{- if or (not (hasKey $parent $key)) (kindIs "invalid" $found) }}
{{- $_ := set $parent $key dict }}
{{- end }}
{{- else if and (or (not (hasKey $parent $key)) (kindIs "invalid" $found)) (not (has $path $removable)) }}
{{- $_ := set $parent $key (get $default $key) }}
{{- end }}
{{- end }}
{{- /* A release's digest is that of its own repository's image: who names another repository means what is there. */}}
{{- $images := list (list $values.image $defaults.image) (list $values.agent.image $defaults.agent.image) }}
{{- range $name, $image := $values.agent.images }}
{{- $images = append $images (list $image (default dict (get $defaults.agent.images $name))) }}
{{- end }}
{{- range $images }}
{{- $image := first . }}
{{- $default := last . }}
{{- if and $image.digest (eq $image.digest (default "" $default.digest)) (ne $image.repository $default.repository) }}
{{- $_ := set $image "digest" "" }}
{{- end }}
{{- end }}
{{- end }}

{{/* Names and labels. Those of the pods' selector are what older installations have: they cannot be changed by an upgrade. */}}
{{- define "orchestrator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "orchestrator.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{/* Of the shard with that index; the first has the name that it has alone. */}}
{{- define "orchestrator.shardName" -}}
{{- include "orchestrator.fullname" .root }}{{ if .index }}-{{ .index }}{{ end }}
{{- end }}

{{/* What tells the pods of a shard from those of others, where there are several. */}}
{{- define "orchestrator.shardLabels" -}}
{{- if gt (int .root.Values.shard.count) 1 }}
orchestrator.platform/shard: {{ .index | quote }}
{{- end }}
{{- end }}

{{- define "orchestrator.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "orchestrator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "orchestrator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "orchestrator.labels" -}}
helm.sh/chart: {{ include "orchestrator.chart" . }}
{{ include "orchestrator.selectorLabels" . }}
{{- with .Chart.AppVersion }}
app.kubernetes.io/version: {{ . | quote }}
{{- end }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: orchestrator
{{- end }}

{{- define "orchestrator.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "orchestrator.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "orchestrator.roleName" -}}
{{- include "orchestrator.fullname" . }}
{{- end }}

{{/* Objects without a namespace, told apart by the release's. */}}
{{- define "orchestrator.clusterName" -}}
{{- printf "%s-%s" (include "orchestrator.fullname" .) .Release.Namespace | trunc 55 | trimSuffix "-" }}
{{- end }}

{{/* Where runs, Jobs, workspaces and agents' secrets are. */}}
{{- define "orchestrator.runNamespace" -}}
{{- default .Release.Namespace .Values.config.kubernetesNamespace }}
{{- end }}

{{/* Whether runs of every namespace are looked after. */}}
{{- define "orchestrator.watchesAll" -}}
{{- if has "*" .Values.watchNamespaces }}true{{ end }}
{{- end }}

{{/* Namespaces of runs that are known by name, the own one first: a YAML list. */}}
{{- define "orchestrator.runNamespaces" -}}
{{- without (concat (list (include "orchestrator.runNamespace" .)) .Values.watchNamespaces | uniq) "*" | toYaml }}
{{- end }}

{{/* In which namespaces a policy is about runs. */}}
{{- define "orchestrator.runNamespaceSelector" -}}
{{- if include "orchestrator.watchesAll" . -}}
{}
{{- else if .Values.watchNamespaces -}}
matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: In
    values:
      {{- include "orchestrator.runNamespaces" . | nindent 6 }}
{{- else -}}
matchLabels:
  kubernetes.io/metadata.name: {{ include "orchestrator.runNamespace" . }}
{{- end }}
{{- end }}

{{- define "orchestrator.port" -}}
{{- $port := .Values.config.serverPort | toString | default (.Values.service.targetPort | toString) }}
{{- if eq $port (.Values.metrics.port | toString) }}
{{- fail (printf "the API and the metrics cannot both listen on port %s: change metrics.port, or service.targetPort (config.serverPort)" $port) }}
{{- end }}
{{- $port }}
{{- end }}

{{- define "orchestrator.scheme" -}}
{{- ternary "HTTPS" "HTTP" (ne .Values.tls.secretName "") }}
{{- end }}

{{- define "orchestrator.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{- define "orchestrator.agentTag" -}}
{{- default .Chart.AppVersion .Values.agent.image.tag }}
{{- end }}

{{/* One Secret for the release, config.yaml and the notes. */}}
{{- define "orchestrator.apiKeySecretName" -}}
{{- default (printf "%s-secrets" (include "orchestrator.fullname" .)) .Values.secrets.existingSecret }}
{{- end }}

{{- define "orchestrator.createsSecret" -}}
{{- $own := and .Values.secrets.anthropicApiKey (ne .Values.secrets.anthropicApiKey "use-existing") (not .Values.secrets.existingSecret) }}
{{- if $own }}true{{ end }}
{{- end }}

{{/* What the orchestrator does in the namespace of the runs, as tools/chart/Permissions.ts lists it. */}}
{{- define "orchestrator.rules" -}}
- apiGroups: ["orchestrator.platform"]
  resources: ["coderuns", "docsruns"]
  verbs: ["get", "list", "watch", "create", "patch", "delete"]
- apiGroups: ["orchestrator.platform"]
  resources: ["coderuns/status", "docsruns/status"]
  verbs: ["update"]
- apiGroups: ["orchestrator.platform"]
  resources: ["coderuns/finalizers", "docsruns/finalizers"]
  verbs: ["update"]
- apiGroups: ["batch"]
  resources: ["jobs"]
  verbs: ["get", "list", "watch", "create", "patch"]
- apiGroups: ["batch"]
  resources: ["jobs/finalizers"]
  verbs: ["update"]
- apiGroups: [""]
  resources: ["pods"]
  verbs: ["list", "watch"]
- apiGroups: [""]
  resources: ["pods/log"]
  verbs: ["get"]
- apiGroups: [""]
  resources: ["events"]
  verbs: ["list", "watch"]
- apiGroups: ["events.k8s.io"]
  resources: ["events"]
  verbs: ["create", "patch"]
- apiGroups: [""]
  resources: ["configmaps"]
  verbs: ["get", "list", "watch", "create"]
- apiGroups: [""]
  resources: ["persistentvolumeclaims"]
  verbs: ["get", "list", "watch", "create", "patch", "delete"]
{{- include "orchestrator.queueRules" . }}
{{- include "orchestrator.ledgerRules" . }}
- apiGroups: [""]
  resources: ["namespaces"]
  {{- if not (include "orchestrator.watchesAll" .) }}
  resourceNames: [{{ range $index, $namespace := include "orchestrator.runNamespaces" . | fromYamlArray }}{{ if $index }}, {{ end }}{{ $namespace | quote }}{{ end }}]
  {{- end }}
  verbs: ["get"]
{{- end }}

{{/* Where Kueue decides which Jobs run. */}}
{{- define "orchestrator.queueRules" }}
{{- if .Values.kueue.queueName }}
- apiGroups: ["kueue.x-k8s.io"]
  resources: ["workloads"]
  verbs: ["list", "watch"]
- apiGroups: ["batch"]
  resources: ["jobs"]
  verbs: ["delete"]
{{- end }}
{{- end }}

{{/* Those that are set. */}}
{{- define "orchestrator.budgets" -}}
{{- range $name, $budget := pick .Values.budgets "daily" "monthly" "dailyPerGithubUser" "monthlyPerGithubUser" "dailyPerService" "monthlyPerService" }}
{{- if $budget }}
{{ $name }}: {{ $budget }}
{{- end }}
{{- end }}
{{- end }}

{{/* Where there are budgets: what runs have cost is written down in ConfigMaps of these names. */}}
{{- define "orchestrator.ledgerRules" }}
{{- if include "orchestrator.budgets" . | trim }}
- apiGroups: [""]
  resources: ["configmaps"]
  resourceNames: [{{ range $part := until 16 }}{{ if $part }}, {{ end }}"orchestrator-spending-{{ $part }}"{{ end }}]
  verbs: ["patch"]
{{- end }}
{{- end }}

{{/* What rules of older installations lack, so that a values file that has them keeps working. */}}
{{- define "orchestrator.newerRules" -}}
- apiGroups: ["orchestrator.platform"]
  resources: ["coderuns/finalizers", "docsruns/finalizers"]
  verbs: ["update"]
- apiGroups: ["batch"]
  resources: ["jobs/finalizers"]
  verbs: ["update"]
- apiGroups: [""]
  resources: ["persistentvolumeclaims"]
  verbs: ["watch", "patch", "delete"]
{{- include "orchestrator.queueRules" . }}
{{- include "orchestrator.ledgerRules" . }}
- apiGroups: ["events.k8s.io"]
  resources: ["events"]
  verbs: ["create", "patch"]
- apiGroups: [""]
  resources: ["namespaces"]
  {{- if not (include "orchestrator.watchesAll" .) }}
  resourceNames: [{{ range $index, $namespace := include "orchestrator.runNamespaces" . | fromYamlArray }}{{ if $index }}, {{ end }}{{ $namespace | quote }}{{ end }}]
  {{- end }}
  verbs: ["get"]
{{- end }}

{{/* The name of a definition that is there and is not this release's: kubectl or another release looks after it. */}}
{{- define "orchestrator.foreignCrd" -}}
{{- $found := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" .name }}
{{- if $found }}
{{- $annotations := default dict $found.metadata.annotations }}
{{- $ours := and (eq (default "" (index $annotations "meta.helm.sh/release-name")) .release.Name) (eq (default "" (index $annotations "meta.helm.sh/release-namespace")) .release.Namespace) }}
{{- if not $ours }}{{ .name }}{{ end }}
{{- end }}
{{- end }}

{{/*
Whether the cluster knows the definitions already. A quota on a kind that has just been defined refuses every object of it, until the
cluster's own controller has counted them: up to five minutes.
*/}}
{{- define "orchestrator.hasDefinitions" -}}
{{- if .Capabilities.APIVersions.Has "orchestrator.platform/v1" }}true{{ end }}
{{- end }}

{{/* Port of an http or https URL. */}}
{{- define "orchestrator.endpointPort" -}}
{{- $url := urlParse . -}}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
{{- if $port }}{{ $port }}{{ else if eq $url.scheme "http" }}80{{ else }}443{{ end }}
{{- end }}
