package javascript

import "strings"

// ParseTemplate splits a destination setting that holds a template of rudder-transformer's dynamic config,
// {{ path || default }}, into the path to read from the event and the text to use when it leads to nothing. White space
// around template, path and default doesn't count, nor do double quotes anywhere in the default. ok is false when s isn't
// such a template (nothing but the template may stand in s, and the path must be one of IsDynamicConfigPath) and so is
// meant literally.
func ParseTemplate(s string) (path, fallback string, ok bool) {
	inner, ok := strings.CutPrefix(Trim(s), "{{")
	if !ok {
		return "", "", false
	}
	inner, ok = strings.CutSuffix(inner, "}}")
	if !ok {
		return "", "", false
	}
	path, fallback, ok = strings.Cut(inner, "||")
	if !ok {
		return "", "", false
	}
	path = Trim(path)
	if !IsDynamicConfigPath(path) {
		return "", "", false
	}
	return path, Trim(strings.ReplaceAll(fallback, `"`, "")), true
}

// IsDynamicConfigPath reports whether path is one that a dynamic config template may read: names of ASCII letters,
// digits and underscores that don't begin with a digit, with dots between them.
func IsDynamicConfigPath(path string) bool {
	for name := range strings.SplitSeq(path, ".") {
		if name == "" || isDigit(name[0]) {
			return false
		}
		for i := range len(name) {
			if c := name[i]; !isDigit(c) && c != '_' && !isUpperASCII(c&^0x20) {
				return false
			}
		}
	}
	return true
}
