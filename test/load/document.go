package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/rudder-clevertap/rudder-clevertap/internal/doctable"
)

// updateDocument replaces what stands between `<!-- load: NAME -->` and `<!-- end -->` in a document by the text of that
// name. Texts that the document has no place for are left out.
func updateDocument(file string, texts map[string]string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	document := string(content)
	for name, text := range texts {
		next, err := doctable.Replace(document, "load: "+name, text)
		switch {
		case errors.Is(err, doctable.ErrNoPlace):
			continue
		case err != nil:
			return fmt.Errorf("%s: %w", file, err)
		}
		document = next
	}
	return os.WriteFile(file, []byte(document), 0o644) //nolint:gosec // A document is for all to read.
}
