package main

import (
	"fmt"
	"io"

	"github.com/rudder-clevertap/rudder-clevertap/mapping"
)

// sink writes what became of blocks: lines of results as they are, records packed into payloads.
type sink struct {
	out io.Writer
	// packer is nil where results are written. It holds the payloads that take more records, and nothing else.
	packer *mapping.Packer
	// event is memory for the records of one event.
	event []mapping.RecordText
}

// newSink returns a sink for one form of output.
func newSink(out io.Writer, to *mapping.Destination, output string) *sink {
	s := &sink{out: out}
	if output == outputPayloads {
		s.packer = mapping.NewPacker(to)
	}
	return s
}

// write writes what became of a block, less the records of payloads that take more.
func (s *sink) write(b *block) error {
	if s.packer == nil {
		return s.send(b.text)
	}
	begin := 0
	for _, r := range b.records {
		s.event = append(s.event, mapping.RecordText{JSON: b.text[begin:r.end], Token: r.token})
		begin = r.end
		if r.last {
			s.packer.AddText(s.event)
			s.event = s.event[:0]
		}
	}
	return s.packer.TakeFull(s.payload)
}

// close writes the payloads that are not full.
func (s *sink) close() error {
	if s.packer == nil {
		return nil
	}
	for _, body := range s.packer.JSON(nil) {
		if err := s.payload(body); err != nil {
			return err
		}
	}
	return nil
}

// payload writes one payload, which is ours to change, as a line.
func (s *sink) payload(body []byte) error { return s.send(append(body, '\n')) }

// send writes whole lines.
func (s *sink) send(lines []byte) error {
	if len(lines) == 0 {
		return nil
	}
	if _, err := s.out.Write(lines); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
