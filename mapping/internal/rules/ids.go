package rules

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"github.com/rudder-clevertap/rudder-clevertap/clevertap"
)

//nolint:gochecknoglobals // A table; nothing writes to it.
var placeholders = clevertap.PlaceholderIdentities()

// NamesNobody reports whether a text is not an identity: blank, longer than CleverTap takes, or one of the
// words that it does not take, in any letter case.
func NamesNobody(id []byte) bool {
	if len(id) > clevertap.MaxIdentityCharacters && utf8.RuneCount(id) > clevertap.MaxIdentityCharacters {
		return true
	}
	return IsPlaceholder(id)
}

// IsPlaceholder reports whether a text is blank or one of the words that CleverTap does not take for an
// identity.
func IsPlaceholder(id []byte) bool {
	if len(id) > longestPlaceholder {
		return IsBlank(id)
	}
	for _, word := range placeholders {
		if len(word) == len(id) && EqualFold(id, word) {
			return true
		}
	}
	return IsBlank(id)
}

// longestPlaceholder is the length of the longest of them.
//
//nolint:gochecknoglobals // Nothing writes to it.
var longestPlaceholder = len(slices.MaxFunc(placeholders, func(a, b string) int { return len(a) - len(b) }))

// IsBlank reports whether a text holds nothing but blanks. Most show at their first letter that they do not.
func IsBlank(text []byte) bool {
	if len(text) > 0 && text[0] > ' ' && text[0] < utf8.RuneSelf {
		return false
	}
	return len(bytes.TrimSpace(text)) == 0
}
