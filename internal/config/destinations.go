package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// Destinations are the destinations that requests may name instead of giving settings.
type Destinations map[string]*mapping.Destination

// Config is what the configuration file holds.
type Config struct {
	// Destinations are the registered destinations.
	Destinations Destinations
}

// LoadConfig reads a configuration file in YAML:
//
//	destinations:
//	  shop-eu:                 # the name that requests give as destination_id
//	    accountId: ABC-123-XYZ # RudderStack's setting names
//	    passcode: {env: SHOP_EU_PASSCODE}
//	    region: eu1
//
// The value of a secret setting is {env: VARIABLE} or {file: PATH}, where a relative path starts at the configuration file's
// directory. The error names all that is wrong, unknown keys and settings among it, and no secret.
func LoadConfig(path string) (*Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	config, err := parseConfig(data, filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("configuration %s: %w", path, err)
	}
	return config, nil
}

// parseConfig reads a configuration. Relative paths in it start at dir.
func parseConfig(data []byte, dir string) (*Config, error) {
	sections, err := readSections(data)
	if err != nil {
		return nil, err
	}
	config := &Config{Destinations: Destinations{}}
	var problems []error
	for _, key := range slices.Sorted(maps.Keys(sections)) {
		section := sections[key]
		if key != "destinations" {
			problems = append(problems, fmt.Errorf("%s: unknown key: the file may hold destinations", key))
			continue
		}
		var settings map[string]map[string]any
		if err := section.Decode(&settings); err != nil {
			problems = append(problems, fmt.Errorf("destinations: %w", shapeError(err)))
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(settings)) {
			if name == "" {
				problems = append(problems, errors.New("destinations: a destination has an empty name: no request could name it"))
				continue
			}
			given := settings[name]
			if given == nil {
				given = map[string]any{}
			}
			to, found := newDestination(given, dir)
			for _, problem := range found {
				problems = append(problems, fmt.Errorf("destinations.%s.%w", name, problem))
			}
			config.Destinations[name] = to
		}
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return config, nil
}

// readSections reads the one document of a configuration. No document is one without sections.
func readSections(data []byte) (map[string]yaml.Node, error) {
	var sections map[string]yaml.Node
	documents := yaml.NewDecoder(bytes.NewReader(data))
	if err := documents.Decode(&sections); err != nil && !errors.Is(err, io.EOF) {
		return nil, shapeError(err)
	}
	// Whatever comes next, readable or not, would be left out in silence.
	if err := documents.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("the file holds more than one YAML document: put all destinations into one, without a line of ---")
	}
	return sections, nil
}

// shapeError says that YAML has the wrong shape. The library's own words may hold values, and a value may be a secret: only
// those are kept that say a line and what the syntax lacks there.
func shapeError(err error) error {
	if typeError, ok := errors.AsType[*yaml.TypeError](err); ok {
		lines := make([]string, len(typeError.Errors))
		for i, text := range typeError.Errors {
			lines[i], _, _ = strings.Cut(text, ":")
		}
		return fmt.Errorf("%s: write each name once and, under it, settings by name", strings.Join(lines, ", "))
	}
	if strings.HasPrefix(err.Error(), "yaml: line ") {
		return err
	}
	return errors.New("this YAML can't be read: look for an unclosed bracket or quote, an unknown alias or tag, or a key that is no text")
}

// newDestination compiles the settings of one destination and returns all that is wrong with them.
func newDestination(settings map[string]any, dir string) (*mapping.Destination, []error) {
	var problems []error
	for _, name := range secretSettings() {
		if value, given := settings[name]; given {
			secret, err := resolveSecret(value, dir)
			if err != nil {
				problems = append(problems, fmt.Errorf("%s: %w", name, err))
				delete(settings, name)
				continue
			}
			settings[name] = secret
		}
	}
	text, err := json.Marshal(settings)
	if err != nil {
		return nil, append(problems, fmt.Errorf("settings: %w", err))
	}
	unresolved := len(problems) > 0
	found, failed := mapping.CheckDestinationJSON(text)
	if failed != nil {
		return nil, append(problems, fmt.Errorf("settings: %w", failed))
	}
	for _, p := range found {
		// What is RudderStack's own does no harm; what is wrong with a secret that could not be read has been said.
		if p.Severity < mapping.SeverityWarning || unresolved && slices.Contains(secretSettings(), p.Path) {
			continue
		}
		problems = append(problems, fmt.Errorf("%s: %s", p.Path, p.Message))
	}
	if len(problems) > 0 {
		return nil, problems
	}
	to, failed := mapping.ParseDestination(text)
	if failed != nil {
		return nil, []error{fmt.Errorf("settings: %w", failed)}
	}
	return to, nil
}

// secretSettings are the settings whose value must be kept elsewhere.
func secretSettings() []string { return []string{"passcode", "accountToken"} }

// resolveSecret returns the value of a secret setting: what {env: …} or {file: …} names.
func resolveSecret(value any, dir string) (string, error) {
	const usage = "a secret has no place in the file: write {env: VARIABLE} or {file: PATH}"
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
			return secretFromFile(name, dir)
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
func secretFromFile(path, dir string) (string, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
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
