package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// literal changes a literal.
func (f *instrument) literal(n *ast.BasicLit) {
	info := f.pkg.TypesInfo.Types[n]
	if info.Value != nil {
		f.value(n, info)
	}
}

// value changes a constant: a text loses its first character, a number grows by one.
func (f *instrument) value(n ast.Expr, info types.TypeAndValue) {
	basic, ok := info.Type.Underlying().(*types.Basic)
	if !ok {
		return
	}
	source := short(f.source(n))
	switch info.Value.Kind() {
	case constant.String:
		text := constant.StringVal(info.Value)
		other := strconv.Quote(withoutFirst(text))
		f.pick(n, info.Type, other, source+" -> "+short(other), strings.Count(text, " ") >= 3)
	case constant.Int, constant.Float:
		grown := constant.BinaryOp(info.Value, token.ADD, constant.MakeInt64(1))
		if !representable(grown, basic) {
			grown = constant.BinaryOp(info.Value, token.SUB, constant.MakeInt64(1))
		}
		f.pick(n, info.Type, grown.ExactString(), source+" -> "+grown.String(), false)
	case constant.Bool:
		if m := f.mutant(n, source+" -> "+strconv.FormatBool(!constant.BoolVal(info.Value)), false); m != nil {
			f.wrap(n, "(", fmt.Sprintf(" != mutateOn(%d))", m.id))
		}
	}
}

// representable reports whether a constant fits a type of bytes; others have room.
func representable(v constant.Value, t *types.Basic) bool {
	n, exact := constant.Int64Val(constant.ToInt(v))
	switch t.Kind() {
	case types.Uint8:
		return exact && n <= 255
	case types.Uint32:
		return exact && n <= 1<<32-1
	case types.Int32:
		return exact && n <= 1<<31-1
	default:
		return true
	}
}

// withoutFirst is a text without its first character; something instead of nothing.
func withoutFirst(text string) string {
	for i := range text {
		if i > 0 {
			return text[i:]
		}
	}
	if text == "" {
		return "~"
	}
	return ""
}

// constant changes the use of a constant of the module: into the next one of its type, if it has a type of its own, else its value.
func (f *instrument) constant(n ast.Expr, name *ast.Ident) {
	c, ok := f.pkg.TypesInfo.Uses[name].(*types.Const)
	if !ok {
		return
	}
	if c.Pkg() == nil { // true and false
		if info := f.pkg.TypesInfo.Types[n]; info.Value != nil && info.Value.Kind() == constant.Bool {
			f.value(n, info)
		}
		return
	}
	if c.Pkg().Path() != f.module && !strings.HasPrefix(c.Pkg().Path(), f.module+"/") {
		return
	}
	named, ok := c.Type().(*types.Named)
	if !ok {
		if c.Pkg() == f.pkg.Types {
			f.value(n, f.pkg.TypesInfo.Types[n])
		}
		return
	}
	if next := nextConstant(c, named); next != nil && (c.Pkg() == f.pkg.Types || next.Exported()) {
		other := next.Name()
		if selector, ok := n.(*ast.SelectorExpr); ok {
			other = f.source(selector.X) + "." + other
		}
		f.pick(n, named, other, f.source(n)+" -> "+other, false)
	}
}

// nextConstant is the constant of a type that is declared after one, or the first; nil when there is no other.
func nextConstant(c *types.Const, named *types.Named) *types.Const {
	var all []*types.Const
	for _, name := range c.Pkg().Scope().Names() {
		if other, ok := c.Pkg().Scope().Lookup(name).(*types.Const); ok && other.Type() == named {
			all = append(all, other)
		}
	}
	slices.SortFunc(all, func(a, b *types.Const) int { return cmp.Compare(a.Pos(), b.Pos()) })
	at := slices.Index(all, c)
	if at < 0 || len(all) < 2 {
		return nil
	}
	return all[(at+1)%len(all)]
}
