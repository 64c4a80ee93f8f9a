package config

import (
	"iter"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// EnvPrefix is what the names of the variables begin with.
const EnvPrefix = "RUDDER_CLEVERTAP"

// Reader reads the settings of a command. Kong ends at the first value that it can't read; with a Reader
// around the values it goes on, and the Reader has all problems in the end. It also lets the environment
// win over the configuration file, which with a resolver of kong's is the other way round. A Reader is for
// one command line.
type Reader struct {
	// rows are those of all Settings, by the address of the field.
	rows map[any]*row
	// way is the one by which values come in just now.
	way  Source
	file *file
	// problems are all that was found.
	problems Problems
}

// row is a setting of a command, and what came in for it.
type row struct {
	flag *kong.Flag
	// inner is what reads the flag's text, and enum the texts that are allowed, if not all are.
	inner  kong.Mapper
	enum   []string
	reader *Reader
	origin Origin
	// wrong is what is wrong with the value that won.
	wrong error
}

// NewReader returns a reader of Settings that are part of a command line's model.
func NewReader(settings ...*Settings) *Reader {
	r := &Reader{rows: map[any]*row{}, way: InFlag, file: &file{}}
	for _, s := range settings {
		for _, field := range fields(reflect.ValueOf(s).Elem()) {
			r.rows[field.Addr().Interface()] = nil
		}
	}
	return r
}

// fields are the fields of a struct, and of the structs that are embedded in it.
func fields(of reflect.Value) iter.Seq2[reflect.StructField, reflect.Value] {
	return func(yield func(reflect.StructField, reflect.Value) bool) {
		for i := range of.NumField() {
			field := of.Type().Field(i)
			if _, embedded := field.Tag.Lookup("embed"); !embedded {
				if !yield(field, of.Field(i)) {
					return
				}
				continue
			}
			for field, value := range fields(of.Field(i)) {
				if !yield(field, value) {
					return
				}
			}
		}
	}
}

// Options are what a parser needs so that the reader sees what comes in.
func (r *Reader) Options() []kong.Option {
	return []kong.Option{
		kong.DefaultEnvars(EnvPrefix),
		kong.PostBuild(func(k *kong.Kong) error {
			return kong.Visit(k.Model, func(node kong.Visitable, next kong.Next) error {
				if flag, ok := node.(*kong.Flag); ok {
					r.watch(flag)
				}
				return next(nil)
			})
		}),
		kong.WithBeforeReset(func() error {
			r.way = InEnvironment
			return nil
		}),
		kong.WithBeforeResolve(r.beforeResolve),
	}
}

// watch puts the reader around a flag's value, if it is a setting.
func (r *Reader) watch(flag *kong.Flag) {
	field := flag.Target.Addr().Interface()
	if _, ours := r.rows[field]; !ours {
		return
	}
	row := &row{flag: flag, inner: flag.Mapper, reader: r, origin: byDefault()}
	if flag.Enum != "" {
		// Kong would end at a value that is not in it.
		row.enum = flag.EnumSlice()
		flag.Enum, flag.Tag.Enum = "", ""
	}
	r.rows[field], flag.Mapper = row, row
}

// beforeResolve reads the configuration file of the command that was called, and lets it resolve what is
// not given otherwise.
func (r *Reader) beforeResolve(ctx *kong.Context, path *kong.Path) error {
	if path.Command == nil || r.way == InFile {
		return nil
	}
	for _, flag := range ctx.Selected().Flags {
		if row := r.rows[flag.Target.Addr().Interface()]; row != nil && row.key() == "" && row.wrong == nil {
			if name, ok := ctx.FlagValue(flag).(string); ok && name != "" {
				r.file = readFile(name, r.keys())
			}
		}
	}
	r.way = InFile
	ctx.AddResolver(kong.ResolverFunc(r.resolve))
	return nil
}

// keys are the keys that a configuration file may have.
func (r *Reader) keys() []string {
	var keys []string
	for _, row := range r.rows {
		if row != nil && row.key() != "" && !slices.Contains(keys, row.key()) {
			keys = append(keys, row.key())
		}
	}
	for _, section := range Sections() {
		keys = append(keys, section.Key)
	}
	slices.Sort(keys)
	return keys
}

// resolve gives what the configuration file says of a flag, unless the environment says something; nil is
// nothing.
func (r *Reader) resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	return r.inFile(flag), nil
}

// inFile is what the configuration file says of a flag; nil when it does not count, or can't be read.
func (r *Reader) inFile(flag *kong.Flag) any {
	row := r.rows[flag.Target.Addr().Interface()]
	if row == nil || row.origin.Source > InFile {
		return nil
	}
	entry, given := r.file.entries[row.key()]
	if !given {
		return nil
	}
	value, err := entry.value(flag, r.file.dir)
	if err != nil {
		row.origin, row.wrong = r.file.origin(entry.line), err
		return nil
	}
	return value
}

// key is the setting's key in the configuration file; empty when it has none.
func (r *row) key() string { return Key(r.flag) }

// Key is the key in the configuration file of the setting that a flag gives: `grpcAddr` of --grpc-addr. It
// is empty when the file can't hold it.
func Key(flag *kong.Flag) string {
	if flag.Tag.Get("file") == "-" {
		return ""
	}
	words := strings.Split(flag.Name, "-")
	for i, word := range words[1:] {
		words[i+1] = capital(word)
	}
	return strings.Join(words, "")
}

// capital writes a word with a capital letter.
func capital(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// Decode reads a value that came in. What is wrong with it is noted; an error is one in the command line as
// a whole.
func (r *row) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	if token := ctx.Scan.Peek(); !r.flag.IsBool() && (token.IsEOL() || !token.IsValue()) {
		return r.inner.Decode(ctx, target)
	}
	origin := r.incoming()
	if origin.Source < r.origin.Source {
		// Something that wins came in already.
		return r.skip(ctx, target)
	}
	if r.flag.IsSlice() && r.wrong != nil && origin == r.origin {
		// One more of a list that is wrong already.
		return r.skip(ctx, target)
	}
	r.origin = origin
	r.wrong = r.read(ctx, target)
	if r.wrong != nil {
		target.SetZero()
	}
	return nil
}

// read reads a value and checks it.
func (r *row) read(ctx *kong.DecodeContext, target reflect.Value) error {
	kind := target.Kind()
	optional := kind == reflect.Pointer || kind == reflect.Slice || r.flag.Tag.Type == "existingfile"
	if optional && ctx.Scan.Peek().Value == "" {
		// Files for containers often set all variables that there are, to nothing where nothing is meant.
		ctx.Scan.Pop()
		target.SetZero()
		return nil
	}
	if err := r.inner.Decode(ctx, target); err != nil {
		return unreadable(target, err)
	}
	return r.check(target)
}

// skip reads a value that does not count.
func (r *row) skip(ctx *kong.DecodeContext, target reflect.Value) error {
	before := reflect.New(target.Type()).Elem()
	before.Set(target)
	_ = r.inner.Decode(ctx, target)
	target.Set(before)
	return nil
}

// incoming says where the value that is read just now comes from.
func (r *row) incoming() Origin {
	switch r.reader.way {
	case InFlag:
		return Origin{InFlag, "--" + r.flag.Name}
	case InFile:
		return r.reader.file.origin(r.reader.file.entries[r.key()].line)
	}
	for _, name := range r.flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return Origin{InEnvironment, name}
		}
	}
	return byDefault()
}

// Finish checks the settings of the command that was called, after it was parsed, and reads the files that
// they name. The error is Problems: all that is wrong.
func (r *Reader) Finish(s *Settings) error {
	r.file.readSections(s)
	r.problems = slices.Clone(r.file.problems)
	for _, field := range fields(reflect.ValueOf(s).Elem()) {
		if row := r.rows[field.Addr().Interface()]; row != nil && row.wrong != nil {
			r.problems = append(r.problems, row.problem(row.wrong.Error()))
		}
	}
	s.checkTogether(r)
	s.load(r)
	if len(r.problems) == 0 {
		return nil
	}
	return r.problems
}

// right reports whether nothing is wrong with a setting itself; field points to it.
func (r *Reader) right(field any) bool {
	row := r.rows[field]
	return row == nil || row.wrong == nil
}

// blame notes a problem with a setting, unless something is wrong with its value anyway; field points to it.
func (r *Reader) blame(field any, message string) {
	if r.right(field) {
		r.problems = append(r.problems, r.rows[field].problem(message))
	}
}

// problem is one with the row's setting.
func (r *row) problem(message string) Problem {
	return Problem{Setting: r.key(), From: r.origin, Message: message}
}

// Blame is an error that names the way in which a setting came in; field points to it. A setting that nobody
// gave is named by its flag.
func (r *Reader) Blame(field any, message string) error {
	row := r.rows[field]
	problem := row.problem(message)
	if row.origin.Source == Default {
		problem.From = Origin{InFlag, "--" + row.flag.Name}
	}
	return Problems{problem}
}
