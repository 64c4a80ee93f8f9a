package javascript

// undefinedText is String(undefined).
const undefinedText = "undefined"

// Results of String(value) that don't depend on the value.
const (
	// NullText is String(null). (As a member of an array that is turned into text, null gives "" instead.)
	NullText = "null"
	// ObjectText is String(object) of an object that doesn't define a conversion of its own, as those from JSON.
	ObjectText = "[object Object]"
)

// BoolText returns String(b).
func BoolText(b bool) string {
	if b {
		return "true"
	}
	return "false"
}
