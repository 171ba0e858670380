{{- define "lightsout.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{/* At most 50 characters, because Kubernetes appends a number to names of pods, and also a hash to one of their labels. */}}
{{- define "lightsout.fullname" -}}
{{- $name := include "lightsout.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "lightsout.selectorLabels" -}}
app.kubernetes.io/name: {{ include "lightsout.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "lightsout.labels" -}}
{{- $own := dict "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_") "app.kubernetes.io/version" .Chart.AppVersion "app.kubernetes.io/managed-by" .Release.Service -}}
{{- toYaml (merge (include "lightsout.selectorLabels" . | fromYaml) $own .Values.commonLabels) -}}
{{- end -}}

{{/* Metadata of an object, in the namespace of the release unless the values have another one. */}}
{{- define "lightsout.metadata" -}}
{{- $root := .root -}}
name: {{ .name | default (include "lightsout.fullname" $root) }}
namespace: {{ .namespace | default $root.Release.Namespace }}
labels:
  {{- toYaml (merge (include "lightsout.labels" $root | fromYaml) (.labels | default dict)) | nindent 2 }}
{{- with merge (dict) (.annotations | default dict) $root.Values.additionalAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* No registry is known to have the image, so it must be set. */}}
{{- define "lightsout.image" -}}
{{- with .Values.image -}}
{{- if not .repository -}}
{{- fail "image.repository: set it to the image in your registry; docs/install.md describes how to build it" -}}
{{- end -}}
{{- printf "%s:%s" .repository (.tag | default $.Chart.AppVersion) -}}
{{- with .digest }}@{{ . }}{{ end -}}
{{- end -}}
{{- end -}}

{{- define "lightsout.serviceAccountName" -}}
{{- with .Values.serviceAccount -}}
{{- .name | default (ternary (include "lightsout.fullname" $) "" .create) -}}
{{- end -}}
{{- end -}}

{{- define "lightsout.scheme" -}}
{{- ternary "https" "http" (and (ne .Values.webConfig.existingSecret "") .Values.webConfig.tls) -}}
{{- end -}}

{{/* Address of a shard, by its number: pods of a StatefulSet have names in the DNS of the cluster. */}}
{{- define "lightsout.shard" -}}
{{- $name := include "lightsout.fullname" .root -}}
{{- printf "%s-%d.%s.%s.svc:9623" $name (int .ordinal) $name .root.Release.Namespace -}}
{{- end -}}

{{/* lightsout.yml. Secrets are files next to it, named after the auth. */}}
{{- define "lightsout.config" -}}
{{- $auths := dict -}}
{{- range $name, $given := .Values.auths -}}
{{- $auth := omit $given "existingSecret" "passwordKey" "kgKey" -}}
{{- if $given.existingSecret -}}
{{- $_ := set $auth "password_file" (printf "../secrets/%s/password" $name) -}}
{{- if $given.kgKey -}}{{- $_ := set $auth "kg_file" (printf "../secrets/%s/kg" $name) -}}{{- end -}}
{{- end -}}
{{- $_ := set $auths $name $auth -}}
{{- end -}}
{{- toYaml (merge (dict "modules" .Values.modules "auths" $auths "targets" .Values.targets "state_dir" "/var/lib/lightsout") .Values.config) -}}
{{- end -}}

{{/* Whether anything is mounted below secrets/. */}}
{{- define "lightsout.hasSecrets" -}}
{{- if .Values.secretFiles }}yes{{ end -}}
{{- range .Values.auths }}{{ if .existingSecret }}yes{{ end }}{{ end -}}
{{- end -}}

{{/* A probe of Kubernetes for a path. If a request would need a password, it only checks that the port is open. */}}
{{- define "lightsout.probe" -}}
{{- $web := .root.Values.webConfig -}}
{{- if and $web.existingSecret $web.restricted -}}
tcpSocket: { port: http }
{{- else -}}
httpGet: { path: {{ .path }}, port: http, scheme: {{ ternary "HTTPS" "HTTP" (and (ne $web.existingSecret "") $web.tls) }} }
{{- end }}
{{- end -}}

{{/*
One endpoint of a ServiceMonitor or PodMonitor. Alerts expect the job "lightsout". Series of hosts lose the labels that
distinguish the exporters, so that they stay the same when a host moves to another shard. Series of the exporter itself
have the pod's name as instance, because its address changes with each restart.
*/}}
{{- define "lightsout.endpoint" -}}
- port: http
  path: {{ .monitor.telemetryPath }}
  scheme: {{ include "lightsout.scheme" .root }}
  interval: {{ .monitor.interval }}
  scrapeTimeout: {{ .monitor.timeout }}
  honorLabels: true
  {{- with .monitor.tlsConfig }}
  tlsConfig:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .monitor.basicAuth }}
  basicAuth:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  relabelings:
    - { targetLabel: job, replacement: lightsout }
    - { sourceLabels: [__meta_kubernetes_pod_name], targetLabel: instance }
    {{- with .monitor.relabelings }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  metricRelabelings:
    - { sourceLabels: [__name__], regex: "bmc_.+", targetLabel: pod, replacement: "" }
    - { sourceLabels: [__name__], regex: "bmc_.+", targetLabel: instance, replacement: "" }
    - { sourceLabels: [__name__, host], regex: "bmc_.+;(.+)", targetLabel: instance, replacement: "$1" }
    {{- with .monitor.metricRelabelings }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{/* One rule with the links, severities and durations of prometheusRule. */}}
{{- define "lightsout.rule" -}}
{{- $rule := .rule -}}
{{- $values := .root.Values.prometheusRule -}}
{{- $_ := set $rule "expr" ($rule.expr | replace "job=\"node\"" (printf "job=%s" (toJson $values.nodeJob))) -}}
{{- with $rule.alert -}}
{{- with get $values.for . }}{{ $_ := set $rule "for" . }}{{ end -}}
{{- with get $values.severity . }}{{ $_ := set $rule.labels "severity" . }}{{ end -}}
{{- $alert := . -}}
{{/* The Operator applies an AlertmanagerConfig to alerts of its namespace only. Sums over racks have no namespace. */}}
{{- with $.root.Values.alertmanagerConfig -}}
{{- if .enabled }}{{ $_ := set $rule.labels "namespace" (.namespace | default $.root.Release.Namespace) }}{{ end -}}
{{- end -}}
{{- with $values.runbookUrl -}}
{{- $url := printf "%s/%s" (trimSuffix "/" .) $alert -}}
{{- if contains "{alert}" . }}{{ $url = replace "{alert}" $alert . }}{{ end -}}
{{- $_ := set $rule.annotations "runbook_url" $url -}}
{{- end -}}
{{- with $values.grafanaUrl -}}
{{- $_ := set $rule.annotations "dashboard_url" (printf "%s%s" (trimSuffix "/" .) $rule.annotations.dashboard) -}}
{{- $_ := unset $rule.annotations "dashboard" -}}
{{- end -}}
{{- end -}}
{{- toYaml $rule -}}
{{- end -}}
