{{/* Matchers of alertmanager.yml, 'name =~ "value"', as a mapping with the list of an AlertmanagerConfig. */}}
{{- define "lightsout.matchers" -}}
{{- $form := "^(\\w+) (=~|!~|!=|=) \"(.*)\"$" -}}
{{- $all := list -}}
{{- range . -}}
{{- if not (regexMatch $form .) }}{{ fail (printf "files/alertmanager: unknown form of a matcher: %s" .) }}{{ end -}}
{{- $name := regexReplaceAll $form . "${1}" -}}
{{- $all = append $all (dict "name" $name "matchType" (regexReplaceAll $form . "${2}") "value" (regexReplaceAll $form . "${3}")) -}}
{{- end -}}
{{- toYaml (dict "matchers" $all) -}}
{{- end -}}

{{/* A route of alertmanager.yml, with the routes below it, as a route of an AlertmanagerConfig. */}}
{{- define "lightsout.route" -}}
{{- $route := dict -}}
{{- range $key, $value := omit . "matchers" "routes" -}}
{{- $_ := set $route ($key | camelcase | untitle) $value -}}
{{- end -}}
{{- with .matchers }}{{ $_ := set $route "matchers" (include "lightsout.matchers" . | fromYaml).matchers }}{{ end -}}
{{- $below := list -}}
{{- range .routes }}{{ $below = append $below (include "lightsout.route" . | fromYaml) }}{{ end -}}
{{- with $below }}{{ $_ := set $route "routes" . }}{{ end -}}
{{- toYaml $route -}}
{{- end -}}
