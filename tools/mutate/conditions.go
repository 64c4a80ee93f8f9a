package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
)

// condition makes a condition true, and false; the same for those that it is made of, where that differs.
func (f *instrument) condition(e ast.Expr, canBeTrue bool) {
	if f.pkg.TypesInfo.Types[e].Value != nil {
		return
	}
	if canBeTrue {
		f.force(e, true)
	}
	f.force(e, false)
	f.operands(e)
}

// force makes a condition true or false. It is still asked, so that what it names is used.
func (f *instrument) force(e ast.Expr, to bool) {
	m := f.mutant(e, short(f.source(e))+" -> "+strconv.FormatBool(to), false)
	switch {
	case m == nil:
	case to:
		f.wrap(e, "((", fmt.Sprintf(") || mutateOn(%d))", m.id))
	default:
		f.wrap(e, "((", fmt.Sprintf(") && !mutateOn(%d))", m.id))
	}
}

// operands drops the operands of && and || one by one.
func (f *instrument) operands(e ast.Expr) {
	e = ast.Unparen(e)
	if not, ok := e.(*ast.UnaryExpr); ok && not.Op == token.NOT {
		f.operands(not.X)
		return
	}
	b, ok := e.(*ast.BinaryExpr)
	if !ok || b.Op != token.LAND && b.Op != token.LOR {
		return
	}
	for _, x := range []ast.Expr{b.X, b.Y} {
		// Of a && b && c, the operands are a, b and c.
		if inner, ok := x.(*ast.BinaryExpr); !ok || inner.Op != b.Op {
			f.force(x, b.Op == token.LAND)
		}
		f.operands(x)
	}
}

// conditions does the same for those among some expressions that are conditions by the look of them.
func (f *instrument) conditions(all []ast.Expr) {
	for _, e := range all {
		switch x := ast.Unparen(e).(type) {
		case *ast.BinaryExpr:
			if x.Op == token.LAND || x.Op == token.LOR || x.Op.Precedence() == token.EQL.Precedence() {
				f.condition(e, true)
			}
		case *ast.UnaryExpr:
			if x.Op == token.NOT {
				f.condition(e, true)
			}
		}
	}
}

// opposite are the operators that take another's place.
//
//nolint:gochecknoglobals // A table; nothing writes to it.
var opposite = map[token.Token]token.Token{
	token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR,
	token.ADD: token.SUB, token.SUB: token.ADD, token.MUL: token.ADD, token.QUO: token.MUL, token.REM: token.MUL,
	token.AND: token.OR, token.OR: token.AND, token.SHL: token.SHR, token.SHR: token.SHL,
	token.ADD_ASSIGN: token.SUB_ASSIGN, token.SUB_ASSIGN: token.ADD_ASSIGN, token.MUL_ASSIGN: token.ADD_ASSIGN,
	token.QUO_ASSIGN: token.MUL_ASSIGN, token.OR_ASSIGN: token.AND_ASSIGN,
}

// operator changes an operator. What it stands between is asked once: it may do something.
func (f *instrument) operator(n *ast.BinaryExpr) {
	other, ok := opposite[n.Op]
	if !ok || f.isText(n.X) || f.pkg.TypesInfo.Types[n].Value != nil {
		return
	}
	name := f.typeName(f.pkg.TypesInfo.TypeOf(n))
	if name == "" {
		return
	}
	if m := f.mutant(n, short(f.source(n))+": "+n.Op.String()+" -> "+other.String(), false); m != nil {
		instead := "(" + f.source(n.X) + ") " + other.String() + " (" + f.source(n.Y) + ")"
		f.wrap(n, fmt.Sprintf("func() %s { if mutateOn(%d) { return %s }; return ", name, m.id, instead), " }()")
	}
}

// isText reports whether an expression is a string.
func (f *instrument) isText(e ast.Expr) bool {
	basic, ok := f.pkg.TypesInfo.TypeOf(e).Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsString != 0
}
