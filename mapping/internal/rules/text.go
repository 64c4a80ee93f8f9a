package rules

import (
	"fmt"
	"strings"
)

// EqualFold compares with letters of ASCII in any case; lower is in lower case.
func EqualFold(text []byte, lower string) bool {
	if len(text) != len(lower) {
		return false
	}
	for i, c := range text {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// Quote shows a text in a message, cut when it is long.
func Quote[T string | []byte](text T) string {
	const most = 64
	if len(text) > most {
		return fmt.Sprintf("%q…", text[:most])
	}
	return fmt.Sprintf("%q", text)
}

// Cut shortens a path that is too long to be shown.
func Cut(path string) string {
	const most = 256
	if len(path) <= most {
		return path
	}
	return strings.ToValidUTF8(path[:most], "") + "…"
}

// OneOf lists alternatives: "a, b or c".
func OneOf(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// Path names what is in a container under a key, as errors and diagnostics do. The event itself is a
// container without a name.
func Path(container, key string) string {
	if container == "" {
		return key
	}
	return container + "." + key
}
