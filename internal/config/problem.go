package config

import (
	"fmt"
	"strings"
)

// Source is the way in which a setting came in; later ones win.
type Source int

// The ways into the configuration.
const (
	// Default: nobody gave the setting.
	Default Source = iota
	// InFile: the configuration file gave it.
	InFile
	// InEnvironment: a variable gave it.
	InEnvironment
	// InFlag: the command line gave it.
	InFlag
)

// Origin is where a setting came from.
type Origin struct {
	// Source is the way.
	Source Source
	// Name is the flag (`--grpc-addr`), the variable, or the file with the line (`rudder.yaml:3`); `default`
	// when nobody gave it.
	Name string
}

// byDefault is where a setting comes from that nobody gave.
func byDefault() Origin { return Origin{Name: "default"} }

// MarshalText gives the name.
func (o Origin) MarshalText() ([]byte, error) { return []byte(o.Name), nil }

// Problem is one thing wrong with the configuration.
type Problem struct {
	// Setting is the setting's key in the configuration file: `grpcAddr`, `destinations.shop.region`. It is
	// empty for what concerns the file as a whole.
	Setting string `json:"setting,omitempty"`
	// From is where it came from.
	From Origin `json:"from"`
	// Message says what is wrong and what to do. It never repeats a secret.
	Message string `json:"message"`
}

// String names where the problem came from, the setting if that does not name it, and the problem.
func (p Problem) String() string {
	if p.Setting == "" || p.From.Source > InFile {
		return p.From.Name + ": " + p.Message
	}
	return p.From.Name + ": " + p.Setting + ": " + p.Message
}

// Problems are all that is wrong with a configuration.
type Problems []Problem

// Error lists them, one a line when there are several.
func (p Problems) Error() string {
	if len(p) == 1 {
		return p[0].String()
	}
	var text strings.Builder
	fmt.Fprintf(&text, "the configuration has %d problems:", len(p))
	for _, problem := range p {
		text.WriteString("\n  " + problem.String())
	}
	return text.String()
}
