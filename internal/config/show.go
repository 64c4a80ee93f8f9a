package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// Format is a form in which a configuration is shown.
type Format string

// The formats.
const (
	// Text is a table for people.
	Text Format = "text"
	// YAML is a configuration file that gives the same result, as far as there are no secrets in it.
	YAML Format = "yaml"
	// JSON is an object: whether the configuration is valid, the configuration, where each setting came from,
	// and the problems.
	JSON Format = "json"
)

// shown is a setting as it is shown.
type shown struct {
	// key is the one in the file; name is shown to people, as some settings have no key.
	key, name string
	value     any
	origin    Origin
}

// Show writes the settings without secrets: what stands in an address before its host or behind its path is
// left out, and secrets of destinations are named by where they are kept. With problems it writes nothing
// but these.
func (r *Reader) Show(w io.Writer, format Format, s *Settings, problems Problems) error {
	if format == JSON {
		return r.showJSON(w, s, problems)
	}
	if len(problems) > 0 {
		return nil
	}
	if format == YAML {
		return r.showYAML(w, s)
	}
	return r.showText(w, s)
}

// settings are those of a command with their values, in the order of their rows.
func (r *Reader) settings(s *Settings) []shown {
	var all []shown
	for _, field := range fields(reflect.ValueOf(s).Elem()) {
		if row := r.rows[field.Addr().Interface()]; row != nil {
			all = append(all, shown{row.key(), row.flag.Name, showable(field), row.origin})
		}
	}
	return all
}

// showable is a value as programs read it, without secrets.
func showable(field reflect.Value) any {
	switch value := field.Interface().(type) {
	case *url.URL:
		return RedactURL(value)
	case time.Duration:
		return value.String()
	case slog.Level:
		return strings.ToLower(value.String())
	case []string:
		return append([]string{}, value...)
	default:
		return value
	}
}

// RedactURL is an address without what may be secret in it: user information, query and fragment.
func RedactURL(u *url.URL) string {
	if u == nil {
		return ""
	}
	const hidden = "xxxxx"
	plain := *u
	if plain.User != nil {
		plain.User = url.User(hidden)
	}
	if plain.RawQuery != "" {
		plain.RawQuery = hidden
	}
	if plain.Fragment != "" {
		plain.Fragment, plain.RawFragment = hidden, ""
	}
	return plain.String()
}

// showText writes a table.
func (r *Reader) showText(w io.Writer, s *Settings) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SETTING\tVALUE\tFROM")
	for _, setting := range r.settings(s) {
		name := setting.key
		if name == "" {
			name = setting.name
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", name, plainly(setting.value), setting.origin.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Destinations)) {
		to := s.Destinations[name]
		for _, setting := range to.shown() {
			from := r.file.origin(to.lines(setting.key)).Name
			fmt.Fprintf(table, "destinations.%s.%s\t%s\t%s\n", printable(name), setting.key, plainly(setting.value), from)
		}
	}
	return table.Flush()
}

// plainly writes a value for people.
func plainly(value any) string {
	if list, ok := value.([]string); ok {
		return printable(strings.Join(list, ", "))
	}
	if text, ok := value.(string); ok {
		return printable(text)
	}
	if number := reflect.ValueOf(value); number.Kind() != reflect.Map && number.Kind() != reflect.Slice {
		return fmt.Sprint(value)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return printable(string(text))
}

// printable is a text that does nothing to a terminal.
func printable(text string) string {
	if quoted := strconv.Quote(text); text == "" || !strings.ContainsAny(text, `"\`) && quoted[1:len(quoted)-1] != text {
		return quoted
	}
	return text
}

// shown are the settings of a destination that mean something here, in the order of their definition.
func (d Destination) shown() []shown {
	var all []shown
	for _, setting := range mapping.Describe().Settings {
		if value, given := d.settings[setting.Name]; given {
			all = append(all, shown{key: setting.Name, value: value})
		}
	}
	return all
}

// configuration is the configuration as a file would hold it. Numbers, texts and lists are as encoding/json
// and yaml take them.
func (r *Reader) configuration(s *Settings) map[string]any {
	all := map[string]any{}
	for _, setting := range r.settings(s) {
		if setting.key != "" {
			all[setting.key] = setting.value
		}
	}
	destinations := map[string]map[string]any{}
	for name, to := range s.Destinations {
		destinations[name] = map[string]any{}
		for _, setting := range to.shown() {
			destinations[name][setting.key] = setting.value
		}
	}
	all["destinations"] = destinations
	return all
}

// showJSON writes an object.
func (r *Reader) showJSON(w io.Writer, s *Settings, problems Problems) error {
	report := struct {
		Valid         bool              `json:"valid"`
		Configuration map[string]any    `json:"configuration,omitempty"`
		From          map[string]Origin `json:"from,omitempty"`
		Problems      Problems          `json:"problems,omitempty"`
	}{Valid: len(problems) == 0, Problems: problems}
	if report.Valid {
		report.Configuration, report.From = r.configuration(s), map[string]Origin{}
		for _, setting := range r.settings(s) {
			if setting.key != "" {
				report.From[setting.key] = setting.origin
			}
		}
		for name, to := range s.Destinations {
			for _, setting := range to.shown() {
				report.From["destinations."+name+"."+setting.key] = r.file.origin(to.lines(setting.key))
			}
		}
	}
	lines := json.NewEncoder(w)
	lines.SetIndent("", "  ")
	lines.SetEscapeHTML(false)
	return lines.Encode(report)
}

// showYAML writes a configuration file, with where each setting came from behind it.
func (r *Reader) showYAML(w io.Writer, s *Settings) error {
	file := yaml.Node{Kind: yaml.MappingNode}
	add := func(key string, value any, comment string) error {
		var node yaml.Node
		if err := node.Encode(value); err != nil {
			return err
		}
		node.LineComment = comment
		file.Content = append(file.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, &node)
		return nil
	}
	all := r.configuration(s)
	for _, setting := range r.settings(s) {
		if setting.key == "" {
			continue
		}
		if err := add(setting.key, all[setting.key], setting.origin.Name); err != nil {
			return err
		}
	}
	if err := add("destinations", all["destinations"], ""); err != nil {
		return err
	}
	lines := yaml.NewEncoder(w)
	lines.SetIndent(2)
	return errors.Join(lines.Encode(&file), lines.Close())
}
