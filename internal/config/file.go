package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// file is a configuration file in YAML.
type file struct {
	// name is the file's, dir where relative paths in it start.
	name, dir string
	// entries are what the file gives, by the key of the setting.
	entries  map[string]entry
	problems []Problem
}

// entry is one setting in the file.
type entry struct {
	// path is how the file spells the key: `tls.cert` for `tlsCert`.
	path string
	line int
	node *yaml.Node
}

// readFile reads the settings of a file, which may have certain keys. A key may be taken apart where a word
// of it ends, so that what belongs together stands together: tls: {cert: …, key: …} is tlsCert and tlsKey.
func readFile(name string, keys []string) *file {
	f := &file{name: name, dir: filepath.Dir(name), entries: map[string]entry{}}
	data, err := os.ReadFile(name)
	if err != nil {
		f.note("", 0, withoutPath(err).Error())
		return f
	}
	f.parse(data, keys)
	return f
}

// withoutPath is an error of a file without the file's name, where that has been said.
func withoutPath(err error) error {
	if fault, ok := errors.AsType[*os.PathError](err); ok {
		return fault.Err
	}
	return err
}

// parse reads the one document of a file. No document is one without settings.
func (f *file) parse(data []byte, keys []string) {
	var root yaml.Node
	documents := yaml.NewDecoder(bytes.NewReader(data))
	if err := documents.Decode(&root); err != nil {
		if !errors.Is(err, io.EOF) {
			f.noteShape("", 0, err)
		}
		return
	}
	// Whatever comes next, readable or not, would be left out in silence.
	if err := documents.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		f.note("", 0, "the file holds more than one YAML document: put all settings into one, "+
			"without a line of ---")
	}
	f.index(root.Content[0], "", "", keys)
}

// index notes what a mapping gives. Prefix is the part of the keys that was read, and path how the file
// spells it.
func (f *file) index(of *yaml.Node, prefix, path string, keys []string) {
	of = target(of)
	if isNull(of) {
		return
	}
	if of.Kind != yaml.MappingNode {
		f.note(path, of.Line, "write settings here, one KEY: VALUE a line")
		return
	}
	for i := 0; i+1 < len(of.Content); i += 2 {
		name, value := of.Content[i], target(of.Content[i+1])
		key, spelt := name.Value, name.Value
		if prefix != "" {
			key, spelt = prefix+capital(name.Value), path+"."+name.Value
		}
		before, twice := f.entries[key]
		switch {
		case name.Kind != yaml.ScalarNode || name.Value == "":
			f.note(path, name.Line, "a key must be a word")
		case twice:
			f.note(spelt, name.Line, fmt.Sprintf("line %d gives it already", before.line))
		case slices.Contains(keys, key):
			if !isNull(value) {
				f.entries[key] = entry{path: spelt, line: name.Line, node: value}
			}
		case value.Kind == yaml.MappingNode && beginsOne(key, keys):
			f.index(value, key, spelt, keys)
		default:
			f.note(spelt, name.Line, "there is no such setting"+suggestion(key, keys))
		}
	}
}

// beginsOne reports whether one of the keys begins with the words of another.
func beginsOne(begin string, keys []string) bool {
	return begin != "" && slices.ContainsFunc(keys, func(key string) bool {
		rest, begins := strings.CutPrefix(key, begin)
		return begins && rest != "" && rest[0] >= 'A' && rest[0] <= 'Z'
	})
}

// suggestion names the key that was probably meant: letter case, hyphens and up to two letters aside.
func suggestion(key string, keys []string) string {
	const tolerance, longest = 2, 64
	plain := func(s string) string { return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(s)) }
	best, found := tolerance+1, ""
	for _, known := range keys {
		if len(key) > longest {
			break
		}
		if d := levenshtein.ComputeDistance(plain(key), plain(known)); d < best {
			best, found = d, known
		}
	}
	if found == "" {
		return ""
	}
	return "; did you mean " + found + "?"
}

// value is what kong reads in place of a flag's text: a text, or a list of texts.
func (e entry) value(flag *kong.Flag, dir string) (any, error) {
	switch {
	case e.node.Kind == yaml.ScalarNode && flag.Tag.Type == "existingfile":
		return beside(dir, e.node.Value), nil
	case e.node.Kind == yaml.ScalarNode:
		return e.node.Value, nil
	case e.node.Kind == yaml.SequenceNode && flag.IsSlice():
		list := make([]any, len(e.node.Content))
		for i, item := range e.node.Content {
			if item = target(item); item.Kind != yaml.ScalarNode {
				return nil, fmt.Errorf("number %d must be a single value", i+1)
			}
			list[i] = item.Value
		}
		return list, nil
	case flag.Target.Kind() == reflect.Slice:
		return nil, errors.New("it must be a list of values")
	}
	return nil, errors.New("it must be a single value")
}

// beside is a path that a file in a folder names: relative ones start there.
func beside(dir, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// origin is a line of the file as the origin of a setting; line 0 is the file as a whole.
func (f *file) origin(line int) Origin {
	if line == 0 {
		return Origin{InFile, f.name}
	}
	return Origin{InFile, fmt.Sprintf("%s:%d", f.name, line)}
}

// note adds a problem with a setting, or with the file as a whole.
func (f *file) note(setting string, line int, message string) {
	f.problems = append(f.problems, Problem{Setting: setting, From: f.origin(line), Message: message})
}

// target is what an alias leads to, or the node itself.
func target(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

// isNull reports whether a node is the value of a key without one.
func isNull(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.Tag == "!!null" }

// noteShape notes that YAML can't be read, or has the wrong shape. The library's own words may hold values, and
// a value may be a secret: only those are kept that say a line and what the syntax lacks there.
func (f *file) noteShape(setting string, line int, err error) {
	if fault, ok := errors.AsType[*yaml.TypeError](err); ok {
		for _, text := range fault.Errors {
			at, _ := leadingLine(text, line)
			f.note(setting, at, "write each name once and, under it, settings by name")
		}
		return
	}
	if text, ok := strings.CutPrefix(err.Error(), "yaml: "); ok && strings.HasPrefix(text, "line ") {
		at, message := leadingLine(text, line)
		f.note(setting, at, "this is not valid YAML: "+message)
		return
	}
	f.note(setting, line, "this YAML can't be read: look for an unclosed bracket or quote, an unknown alias or tag, "+
		"or a key that is not a word")
}

// leadingLine reads `line 3: message`; without a number, the line is another.
func leadingLine(text string, otherwise int) (line int, message string) {
	at, message, _ := strings.Cut(text, ": ")
	line, err := strconv.Atoi(strings.TrimPrefix(at, "line "))
	if err != nil {
		return otherwise, message
	}
	return line, message
}
