package config

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

// secret is planted where a secret may be; no output may hold it.
const secret = "s3cr3t-PASSCODE"

// commandLine has two commands with settings, as the program has.
type commandLine struct {
	Serve struct{ Settings } `cmd:""`
	Other struct{ Settings } `cmd:""`
}

// parsed is a command line that was parsed.
type parsed struct {
	*Settings

	reader *Reader
	model  *kong.Application
	err    error
}

// parse parses the flags of a command that has settings.
func parse(tb testing.TB, args ...string) parsed {
	tb.Helper()
	var line commandLine
	reader := NewReader(&line.Serve.Settings, &line.Other.Settings)
	parser, err := kong.New(&line, reader.Options()...)
	require.NoError(tb, err)
	_, err = parser.Parse(append([]string{"serve"}, args...))
	require.NoError(tb, err)
	return parsed{&line.Serve.Settings, reader, parser.Model, reader.Finish(&line.Serve.Settings)}
}

// fromFile parses a command line with a configuration file, which is called config.yaml.
func fromFile(t *testing.T, text string, args ...string) parsed {
	t.Helper()
	return parse(t, append([]string{"--config", writeFile(t, "config.yaml", text)}, args...)...)
}

// show is what is shown of a configuration.
func (p parsed) show(t *testing.T, format Format) string {
	t.Helper()
	var text bytes.Buffer
	require.NoError(t, p.reader.Show(&text, format, p.Settings, p.problems(t)))
	return text.String()
}

// problems are all that is wrong.
func (p parsed) problems(t *testing.T) Problems {
	t.Helper()
	if p.err == nil {
		return nil
	}
	problems, ok := errors.AsType[Problems](p.err)
	require.True(t, ok)
	return problems
}

// writeFile writes a file for a test and returns its path.
func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}
