package mapping

import "google.golang.org/protobuf/encoding/protowire"

// WireTexts shows the table of texts in an event's wire form to its test.
func WireTexts() map[protowire.Number]string { return wireTexts }
