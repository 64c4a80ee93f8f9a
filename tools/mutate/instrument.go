package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"
)

// An instrumented file holds all its mutants at once, each asleep until the environment names it: so the tests are built once, and a
// mutant costs no more than running them. Whatever is instrumented has something inserted before and after it, and nothing is taken away.

// insertion is text to insert at an offset.
type insertion struct {
	at     int
	suffix bool
	text   string
}

// instrument finds the mutants of one file and makes the text that holds them all.
type instrument struct {
	pkg        *packages.Package
	file       *ast.File
	name       string
	text       string
	lines      []string
	module     string
	wanted     func(*mutant) bool
	in         string
	insertions []insertion
	mutants    *[]*mutant
	// seen counts mutants that are alike on one line, which are told apart by their order.
	seen map[mutant]int
}

// instrumentPackage finds the mutants of a package, but for those that are not wanted, and returns its files as they hold them.
func instrumentPackage(pkg *packages.Package, root string, read func(string) ([]byte, error), wanted func(*mutant) bool, mutants *[]*mutant) (map[string]string, error) {
	texts := map[string]string{}
	for i, file := range pkg.Syntax {
		name := pkg.CompiledGoFiles[i]
		if ast.IsGenerated(file) {
			continue
		}
		text, err := read(name)
		if err != nil {
			return nil, err
		}
		short, err := filepath.Rel(root, name)
		if err != nil {
			return nil, err
		}
		f := &instrument{
			pkg: pkg, file: file, name: filepath.ToSlash(short), text: string(text), lines: strings.Split(string(text), "\n"),
			module: pkg.Module.Path, wanted: wanted, mutants: mutants, seen: map[mutant]int{},
		}
		f.declarations()
		texts[name] = f.result()
	}
	return texts, nil
}

// result is the text with all insertions.
func (f *instrument) result() string {
	// At one place, what ends there comes first, inner before outer; then what begins there, outer before inner.
	order := make([]int, len(f.insertions))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := f.insertions[a], f.insertions[b]
		switch {
		case x.at != y.at:
			return x.at - y.at
		case x.suffix != y.suffix:
			if x.suffix {
				return -1
			}
			return 1
		case x.suffix:
			return b - a
		default:
			return a - b
		}
	})
	var out strings.Builder
	done := 0
	for _, i := range order {
		out.WriteString(f.text[done:f.insertions[i].at])
		out.WriteString(f.insertions[i].text)
		done = f.insertions[i].at
	}
	out.WriteString(f.text[done:])
	return out.String()
}

// wrap inserts text before and after a piece of code. Whatever is within it is wrapped after it.
func (f *instrument) wrap(n ast.Node, before, after string) {
	f.insertions = append(f.insertions, insertion{f.offset(n.Pos()), false, before}, insertion{f.offset(n.End()), true, after})
}

// mutant makes a mutant; nil when it isn't wanted.
func (f *instrument) mutant(n ast.Node, change string, wording bool) *mutant {
	line := f.pkg.Fset.Position(n.Pos()).Line
	m := &mutant{
		File: f.name, Line: line, In: f.in, Source: strings.TrimSpace(f.lines[line-1]), Change: oneLine(change), wording: wording,
	}
	f.seen[*m]++ // its number is not set yet
	if times := f.seen[*m]; times > 1 {
		m.Change += fmt.Sprintf(" (%d)", times)
	}
	m.id = len(*f.mutants) + 1
	if !f.wanted(m) {
		return nil
	}
	*f.mutants = append(*f.mutants, m)
	return m
}

// source is the text of a piece of code.
func (f *instrument) source(n ast.Node) string { return f.text[f.offset(n.Pos()):f.offset(n.End())] }

func (f *instrument) offset(at token.Pos) int { return f.pkg.Fset.Position(at).Offset }

// oneLine puts a text on one line.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// short cuts a piece of code that is long.
func short(text string) string {
	const most = 60
	if text = oneLine(text); len(text) > most {
		return text[:most] + "…"
	}
	return text
}

// typeName is how the file writes a type; empty when it can't, or when a number is a part of a constant
// expression, whose own type nobody says: the 1 of -1.
func (f *instrument) typeName(t types.Type) string {
	if b, ok := t.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 && b.Info()&types.IsNumeric != 0 {
		return ""
	}
	writable := true
	name := types.TypeString(types.Default(t), func(p *types.Package) string {
		if p == f.pkg.Types {
			return ""
		}
		for _, i := range f.file.Imports {
			path, _ := strconv.Unquote(i.Path.Value)
			if path == p.Path() {
				if i.Name != nil {
					return i.Name.Name
				}
				return p.Name()
			}
		}
		writable = false
		return ""
	})
	if !writable || strings.Contains(name, "untyped") {
		return ""
	}
	return name
}

// pick puts another value in the place of one.
func (f *instrument) pick(n ast.Expr, t types.Type, other, change string, wording bool) {
	name := f.typeName(t)
	if name == "" {
		return
	}
	if m := f.mutant(n, change, wording); m != nil {
		f.wrap(n, fmt.Sprintf("mutatePick[%s](%d, ", name, m.id), ", "+other+")")
	}
}
