package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"sync"
)

// checkpoint is the file by which a run that was killed goes on. It is a log of JSON texts, one a line: what is delivered, up to
// which line events may have been sent, up to which they are done, and the results of the lines that were done last, until these
// have been shown. What is written survives the program; that a line is done, and that it is sent, survives the machine too.
//
// A nil checkpoint keeps nothing.
type checkpoint struct {
	name string
	// mu guards what changes: the reader of the input notes what is sent, the writer of results what is done.
	mu   sync.Mutex
	file *os.File
	size int64
	head checkpointHead
	// sent and kept are those of now. The run goes on after resumed, and what lies between it and before may have been
	// delivered by the run before.
	sent            place
	resumed, before place
	kept            keptLines
	// again tells that the results of the last lines may not have been shown.
	again bool
}

const (
	// checkpointVersion is the form of the file.
	checkpointVersion = 1
	// maxCheckpoint is how long the log gets before it is written anew.
	maxCheckpoint = 8 << 20
)

// checkpointHead says what is delivered where.
type checkpointHead struct {
	Version int      `json:"rudderClevertapDelivery"`
	Account string   `json:"account"`
	DryRun  bool     `json:"dryRun"`
	Files   []string `json:"files"`
}

// place is where an event of the inputs begins.
type place struct {
	// File is the number of the file, from 0, Line that of the line, from 1, and Nth that of the event among those that begin
	// in the line, from 0.
	File int `json:"file"`
	Line int `json:"line"`
	Nth  int `json:"nth,omitempty"`
}

// after reports whether an event comes after another.
func (p place) after(other place) bool {
	return cmp.Or(cmp.Compare(p.File, other.File), cmp.Compare(p.Line, other.Line), cmp.Compare(p.Nth, other.Nth)) > 0
}

// keptLines are lines that are done.
type keptLines struct {
	// Done is the last of them.
	Done place `json:"done"`
	// Failed is how long the file of failed events is, and Out how long the output was before their results; -1 where that is
	// not a file. Undelivered counts the events so far that were not delivered.
	Failed      int64 `json:"failed"`
	Out         int64 `json:"out"`
	Undelivered int64 `json:"undelivered"`
	// Results are those of the lines since the last Done.
	Results string `json:"results"`
}

// checkpointEntry is one line of the log; one of its fields is set.
type checkpointEntry struct {
	Head  *checkpointHead `json:"head,omitempty"`
	Sent  *place          `json:"sent,omitempty"`
	Kept  *keptLines      `json:"kept,omitempty"`
	Shown bool            `json:"shown,omitempty"`
}

// openCheckpoint opens or makes a checkpoint; no name is none. One of another run is refused.
func openCheckpoint(name string, head checkpointHead) (*checkpoint, error) {
	if name == "" {
		return nil, nil //nolint:nilnil // A nil checkpoint keeps nothing.
	}
	c := &checkpoint{name: name, head: head}
	var err error
	if c.file, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, fmt.Errorf("--checkpoint: %w", err)
	}
	if err = c.load(); err == nil && c.size == 0 {
		err = c.append(true, checkpointEntry{Head: &head})
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("--checkpoint: %w", err), c.file.Close())
	}
	c.resumed, c.before = c.kept.Done, c.sent
	return c, nil
}

// load reads the log. A last line that was not written whole is left out, and overwritten.
func (c *checkpoint) load() error {
	in := bufio.NewReader(c.file)
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		var entry checkpointEntry
		if json.Unmarshal(line, &entry) != nil || c.size == 0 && entry.Head == nil {
			return fmt.Errorf("%s is not a checkpoint: name another file", c.name)
		}
		c.size += int64(len(line))
		if err := c.apply(&entry); err != nil {
			return err
		}
	}
	if c.size == 0 {
		if info, err := c.file.Stat(); err == nil && info.Size() > 0 {
			return c.foreign()
		}
	}
	if err := c.file.Truncate(c.size); err != nil {
		return err
	}
	_, err := c.file.Seek(c.size, io.SeekStart)
	return err
}

// foreign refuses a file that holds something else, unless it is the beginning of a log.
func (c *checkpoint) foreign() error {
	const head = `{"head"`
	begin := make([]byte, len(head))
	if n, _ := c.file.ReadAt(begin, 0); string(begin[:n]) != head[:n] {
		return fmt.Errorf("%s is not a checkpoint: name another file", c.name)
	}
	if err := c.file.Truncate(0); err != nil {
		return err
	}
	_, err := c.file.Seek(0, io.SeekStart)
	return err
}

// apply takes an entry of the log.
func (c *checkpoint) apply(entry *checkpointEntry) error {
	switch {
	case entry.Head != nil && !reflect.DeepEqual(*entry.Head, c.head):
		return fmt.Errorf("%s is the checkpoint of another run: of other files, another account or another --dry-run; "+
			"name another file to begin anew", c.name)
	case entry.Sent != nil:
		c.sent = *entry.Sent
	case entry.Kept != nil:
		c.kept, c.again = *entry.Kept, true
	case entry.Shown:
		c.again = false
	}
	return nil
}

// append adds entries to the log; lasting ones survive the machine.
func (c *checkpoint) append(lasting bool, entries ...checkpointEntry) error {
	var text []byte
	for i := range entries {
		line, err := json.Marshal(&entries[i])
		if err != nil {
			return err
		}
		text = append(append(text, line...), '\n')
	}
	if _, err := c.file.Write(text); err != nil {
		return err
	}
	c.size += int64(len(text))
	if lasting {
		return c.file.Sync()
	}
	return nil
}

// isDone reports whether an event is done.
func (c *checkpoint) isDone(at place) bool { return c != nil && !at.after(c.resumed) }

// passed reports whether all lines of a file are done.
func (c *checkpoint) passed(file int) bool { return c != nil && file < c.resumed.File }

// wasSending reports whether the run before may have sent a line.
func (c *checkpoint) wasSending(at place) bool { return c != nil && !at.after(c.before) }

// sending notes that lines are going to be sent, up to one.
func (c *checkpoint) sending(upTo place) error {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !upTo.after(c.sent) {
		return nil
	}
	c.sent = upTo
	return c.append(true, checkpointEntry{Sent: &upTo})
}

// done notes that lines are done. Their results are shown next.
func (c *checkpoint) done(lines keptLines) error {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept, c.again = lines, true
	if c.size > maxCheckpoint {
		return c.rewrite()
	}
	return c.append(true, checkpointEntry{Kept: &lines})
}

// shown notes that the results of what is done have been shown.
func (c *checkpoint) shown() error {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.again = false
	return c.append(false, checkpointEntry{Shown: true})
}

// rewrite writes the log anew, with what counts of it, and puts it in the place of the old one.
func (c *checkpoint) rewrite() error {
	anew, err := os.OpenFile(c.name+".new", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	old := c.file
	c.file, c.size = anew, 0
	if err := c.append(true, checkpointEntry{Head: &c.head}, checkpointEntry{Sent: &c.sent}, checkpointEntry{Kept: &c.kept}); err != nil {
		return errors.Join(err, old.Close())
	}
	return errors.Join(os.Rename(c.name+".new", c.name), old.Close())
}

// showAgain shows the results that the run before may not have shown: what is missing of them where the output is a file that
// goes on, else all.
func (c *checkpoint) showAgain(out io.Writer) error {
	if c == nil || !c.again {
		return nil
	}
	lines := c.kept.Results
	if size := outputSize(out); c.kept.Out >= 0 && size >= c.kept.Out {
		lines = lines[min(size-c.kept.Out, int64(len(lines))):]
	}
	if _, err := io.WriteString(out, lines); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return c.shown()
}

// undelivered counts the events of the runs before that were not delivered.
func (c *checkpoint) undelivered() int64 {
	if c == nil {
		return 0
	}
	return c.kept.Undelivered
}

// close closes the file.
func (c *checkpoint) close() error {
	if c == nil {
		return nil
	}
	return c.file.Close()
}

// outputSize is how long an output is, or -1 when it is not a file.
func outputSize(out io.Writer) int64 {
	file, ok := out.(*os.File)
	if !ok {
		return -1
	}
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
		return info.Size()
	}
	return -1
}

// failedFile takes events that can be sent again. A nil one takes none.
type failedFile struct {
	file  *os.File
	lines []byte
	size  int64
}

// openFailed opens the file of failed events, with those in it that a checkpoint knows of; no name is none.
func openFailed(name string, c *checkpoint) (*failedFile, error) {
	if name == "" {
		return nil, nil //nolint:nilnil // A nil one takes none.
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("--failed: %w", err)
	}
	f := &failedFile{file: file}
	if c != nil {
		f.size = c.kept.Failed
	}
	if err = file.Truncate(f.size); err == nil {
		_, err = file.Seek(f.size, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("--failed: %w", err), file.Close())
	}
	return f, nil
}

// add adds an event.
func (f *failedFile) add(event []byte) {
	if f != nil {
		f.lines = append(append(f.lines, event...), '\n')
	}
}

// flush writes what was added, and returns how long the file is.
func (f *failedFile) flush() (int64, error) {
	if f == nil {
		return 0, nil
	}
	n, err := f.file.Write(f.lines)
	f.size += int64(n)
	f.lines = f.lines[:0]
	if err != nil {
		return f.size, fmt.Errorf("--failed: %w", err)
	}
	return f.size, nil
}

// close closes the file.
func (f *failedFile) close() error {
	if f == nil {
		return nil
	}
	return f.file.Close()
}
