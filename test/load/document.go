package main

import (
	"fmt"
	"os"
	"strings"
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
		begin := fmt.Sprintf("<!-- load: %s -->\n", name)
		before, rest, found := strings.Cut(document, begin)
		if !found {
			continue
		}
		_, after, found := strings.Cut(rest, "<!-- end -->")
		if !found {
			return fmt.Errorf("%s: %q has no end", file, strings.TrimSpace(begin))
		}
		document = before + begin + text + "<!-- end -->" + after
	}
	return os.WriteFile(file, []byte(document), 0o644) //nolint:gosec // A document is for all to read.
}
