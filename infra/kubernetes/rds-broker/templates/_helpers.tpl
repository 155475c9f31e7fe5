{{- define "rds-broker.labels" -}}
{{ include "rds-broker.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "rds-broker.selector" -}}
app.kubernetes.io/name: rds-broker
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "rds-broker.account" -}}
{{- .Values.serviceAccount.name | default .Release.Name }}
{{- end }}

{{- define "rds-broker.image" -}}
{{- $repository := required "image.repository must name where the image is kept" .Values.image.repository -}}
{{- if .Values.image.digest }}{{ $repository }}@{{ .Values.image.digest }}
{{- else }}{{ $repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "rds-broker.scheme" -}}
{{- if .Values.tls.secretName }}HTTPS{{ else }}HTTP{{ end }}
{{- end }}

{{/* What the chart sets by itself; settings must not contradict it. */}}
{{- define "rds-broker.own" -}}
{{- $own := dict
  "AWS_REGION" (required "region must name the AWS region of the databases" .Values.region)
  "BROKER_LISTEN" "0.0.0.0:8080"
  "BROKER_RDS_CALLS_PER_SECOND" (round (divf .Values.rdsCallsPerSecond (add1 .Values.replicaCount)) 3 | toString)
  "BROKER_RDS_BURST" (max 1 (div .Values.rdsBurst (add1 .Values.replicaCount)) | toString)
-}}
{{- $secret := .Values.tokens.secret.name -}}
{{- $manager := .Values.tokens.secretsManager -}}
{{- if and $secret $manager }}{{ fail "tokens.secret.name and tokens.secretsManager exclude each other" }}{{ end -}}
{{- if $secret }}{{ $_ := set $own "BROKER_TOKENS_FILE" "/etc/rds-broker/tokens/tokens" }}
{{- else }}{{ $_ := set $own "BROKER_TOKENS_SECRET" (required "one of tokens.secret.name and tokens.secretsManager must be set" $manager) }}{{ end -}}
{{- if .Values.catalog }}{{ $_ := set $own "BROKER_CATALOG" "/etc/rds-broker/catalog/catalog.toml" }}{{ end -}}
{{- if .Values.tls.secretName }}
{{- $_ := set $own "BROKER_TLS_CERTIFICATE" "/etc/rds-broker/tls/tls.crt" }}
{{- $_ := set $own "BROKER_TLS_KEY" "/etc/rds-broker/tls/tls.key" }}
{{- end -}}
{{- range $name, $_ := .Values.settings }}
{{- if or (hasKey $own $name) (eq $name "BROKER_TOKENS") }}{{ fail (printf "settings.%s is set by a value of the chart" $name) }}{{ end }}
{{- end -}}
{{- toYaml $own }}
{{- end }}
