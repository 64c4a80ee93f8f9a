package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// Destinations are the destinations that requests may name instead of giving settings:
//
//	destinations:
//	  shop-eu:                 # the name that requests give as destination_id
//	    accountId: ABC-123-XYZ # RudderStack's setting names
//	    passcode: {env: SHOP_EU_PASSCODE}
//	    region: eu1
//
// The value of a secret setting is {env: VARIABLE} or {file: PATH}, where a relative path starts at the
// configuration file's folder.
type Destinations map[string]Destination

// Destination is one of them.
type Destination struct {
	// Compiled is what events are transformed for. It holds the passcode.
	Compiled *mapping.Destination

	// settings are as the file has them, so without secrets, and lines where they stand.
	settings map[string]any
	lines    func(setting string) int
}

// Compiled returns the compiled destinations by name.
func (d Destinations) Compiled() map[string]*mapping.Destination {
	compiled := make(map[string]*mapping.Destination, len(d))
	for name, to := range d {
		compiled[name] = to.Compiled
	}
	return compiled
}

// destinations reads the registered destinations of a file.
func (f *file) destinations(key string) Destinations {
	registered := Destinations{}
	given, there := f.entries[key]
	if !there {
		return registered
	}
	if given.node.Kind != yaml.MappingNode {
		f.note(key, given.line, "write destinations here, each under its name")
		return registered
	}
	if err := given.node.Decode(new(map[string]yaml.Node)); err != nil {
		f.noteShape(key, given.line, err)
		return registered
	}
	for i := 0; i+1 < len(given.node.Content); i += 2 {
		name, node := given.node.Content[i], target(given.node.Content[i+1])
		if name.Value == "" {
			f.note(key, name.Line, "a destination has an empty name: no request could name it")
			continue
		}
		registered[name.Value] = f.destination(key+"."+name.Value, name.Line, node)
	}
	return registered
}

// destination reads one destination, whose name stands in a line.
func (f *file) destination(path string, line int, node *yaml.Node) Destination {
	to := Destination{settings: map[string]any{}}
	to.lines = func(setting string) int { return lineOf(node, setting, line) }
	if node.Kind != yaml.MappingNode && !isNull(node) {
		f.note(path, node.Line, "write settings here, by name")
		return to
	}
	if err := node.Decode(&to.settings); err != nil {
		f.noteShape(path, line, err)
		return to
	}
	if to.settings == nil {
		to.settings = map[string]any{}
	}
	var found []settingProblem
	for _, name := range secretSettings() {
		if source, ok := to.settings[name].(map[string]any); ok {
			if path, ok := source["file"].(string); ok {
				source["file"] = beside(f.dir, path)
			}
		}
	}
	to.Compiled, found = newDestination(to.settings)
	for _, p := range found {
		f.note(path+"."+p.setting, to.lines(p.setting), p.message)
	}
	return to
}

// lineOf is the line of a setting in a mapping; whatever is not there is in the line of the mapping's name.
func lineOf(node *yaml.Node, setting string, otherwise int) int {
	name, _, _ := strings.Cut(setting, ".")
	name, _, _ = strings.Cut(name, "[")
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == name {
			return node.Content[i].Line
		}
	}
	return otherwise
}

// settingProblem is one thing wrong with a destination's settings.
type settingProblem struct{ setting, message string }

// newDestination compiles the settings of one destination and returns all that is wrong with them. Secrets
// are read from where the settings say.
func newDestination(given map[string]any) (*mapping.Destination, []settingProblem) {
	var problems []settingProblem
	settings := maps.Clone(given)
	for _, name := range secretSettings() {
		if value, given := settings[name]; given {
			secret, err := resolveSecret(value)
			if err != nil {
				problems = append(problems, settingProblem{name, err.Error()})
				delete(settings, name)
				continue
			}
			settings[name] = secret
		}
	}
	text, err := json.Marshal(settings)
	if err != nil {
		return nil, append(problems, settingProblem{"settings", err.Error()})
	}
	unresolved := len(problems) > 0
	found, failed := mapping.CheckDestinationJSON(text)
	if failed != nil {
		return nil, append(problems, settingProblem{"settings", failed.Error()})
	}
	for _, p := range found {
		// What is RudderStack's own does no harm; what is wrong with a secret that could not be read has been said.
		if p.Severity < mapping.SeverityWarning || unresolved && slices.Contains(secretSettings(), p.Path) {
			continue
		}
		problems = append(problems, settingProblem{p.Path, p.Message})
	}
	if len(problems) > 0 {
		return nil, problems
	}
	to, failed := mapping.ParseDestination(text)
	if failed != nil {
		return nil, []settingProblem{{"settings", failed.Error()}}
	}
	return to, nil
}

// secretSettings are the settings whose value must be kept elsewhere.
func secretSettings() []string {
	var names []string
	for _, setting := range mapping.Describe().Settings {
		if setting.Secret {
			names = append(names, setting.Name)
		}
	}
	return names
}

// resolveSecret returns the value of a secret setting: what {env: …} or {file: …} names.
func resolveSecret(value any) (string, error) {
	const usage = "a secret must not be in the file: write {env: VARIABLE} or {file: PATH}"
	source, _ := value.(map[string]any)
	if len(source) != 1 {
		return "", errors.New(usage)
	}
	for kind, where := range source {
		name, ok := where.(string)
		if !ok || name == "" {
			return "", errors.New(usage)
		}
		switch kind {
		case "env":
			return secretFromEnv(name)
		case "file":
			return secretFromFile(name)
		}
	}
	return "", errors.New(usage)
}

// secretFromEnv reads a secret from an environment variable.
func secretFromEnv(name string) (string, error) {
	secret := os.Getenv(name)
	if secret == "" {
		return "", fmt.Errorf("the environment variable %s is not set or empty", name)
	}
	return secret, nil
}

// secretFromFile reads a secret from a file, without the line end behind it.
func secretFromFile(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	secret := strings.TrimRight(string(data), "\r\n")
	if secret == "" {
		return "", fmt.Errorf("the file %s is empty", path)
	}
	return secret, nil
}
