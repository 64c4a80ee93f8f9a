package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEachGrowthIsDrawnIntoAFileOfItsOwn(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	report := `{"growths": [
		{"key": "batch", "name": "batch size", "unit": "events", "points": [
			{"size": 1, "eventsPerSecond": 1000, "cpuMicros": 70, "peakMb": 40}, {"size": 100, "eventsPerSecond": 9000, "cpuMicros": 4, "peakMb": 50}]},
		{"key": "event", "name": "event size", "unit": "bytes", "points": [
			{"size": 500, "eventsPerSecond": 1000, "cpuMicros": 70, "peakMb": 40}, {"size": 1000, "eventsPerSecond": 900, "cpuMicros": 90, "peakMb": 50}]}]}`
	if err := run(strings.NewReader(report), folder); err != nil {
		t.Fatal(err)
	}
	for file, wants := range map[string][]string{
		"growth-batch.svg": {"batch size (events)", "events/s", "CPU µs/event", "peak MB"},
		"growth-event.svg": {"event size (bytes)"},
	} {
		text, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			t.Fatal(err)
		}
		words := texts(t, string(text))
		for _, want := range wants {
			if !strings.Contains(words, want) {
				t.Errorf("%s does not say %q", file, want)
			}
		}
	}
}

// texts returns what an SVG document says.
func texts(t *testing.T, document string) string {
	t.Helper()
	var b strings.Builder
	for d := xml.NewDecoder(strings.NewReader(document)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		if text, is := token.(xml.CharData); is {
			b.Write(text)
		}
	}
}

func TestAReportThatIsNotJSONIsAnError(t *testing.T) {
	t.Parallel()
	if err := run(strings.NewReader("growth"), t.TempDir()); err == nil {
		t.Error("no error")
	}
}
