package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
)

// declarations goes through the file.
func (f *instrument) declarations() {
	for _, d := range f.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Body != nil {
				f.in = d.Name.Name
				f.walk(d.Body)
			}
		case *ast.GenDecl:
			f.variables(d)
		}
	}
}

// variables goes through declarations, but for constants: these are changed where they are used.
func (f *instrument) variables(d *ast.GenDecl) {
	if d.Tok != token.VAR {
		return
	}
	for _, s := range d.Specs {
		if v, ok := s.(*ast.ValueSpec); ok {
			if f.pkg.Types.Scope().Lookup(v.Names[0].Name) != nil && v.Names[0].Name != "_" {
				f.in = v.Names[0].Name
			}
			for _, e := range v.Values {
				f.walk(e)
			}
		}
	}
}

// walk goes through a piece of code, outer before inner.
func (f *instrument) walk(root ast.Node) {
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			f.literal(n)
		case *ast.Ident:
			f.constant(n, n)
		case *ast.SelectorExpr:
			f.constant(n, n.Sel)
			f.walk(n.X)
			return false
		case *ast.CompositeLit:
			f.composite(n)
			return false
		case *ast.ArrayType, *ast.MapType, *ast.StructType, *ast.FuncType, *ast.InterfaceType:
			return false
		case *ast.BlockStmt:
			f.statements(n.List)
			return false
		case *ast.CaseClause:
			for _, e := range n.List {
				f.walk(e)
			}
			f.statements(n.Body)
			return false
		case *ast.CommClause:
			f.statements(n.Body)
			return false
		case *ast.IfStmt:
			f.condition(n.Cond, true)
		case *ast.ForStmt:
			f.loop(n)
			return false
		case *ast.SwitchStmt:
			f.untagged(n)
		case *ast.ReturnStmt:
			f.conditions(n.Results)
			f.results(n.Results)
			return false
		case *ast.AssignStmt:
			f.conditions(n.Rhs)
		case *ast.CallExpr:
			f.conditions(n.Args)
		case *ast.BinaryExpr:
			f.operator(n)
		case *ast.DeclStmt:
			if d, ok := n.Decl.(*ast.GenDecl); ok {
				f.variables(d)
			}
			return false
		}
		return true
	})
}

// results goes through the results of a function. Beside an error, an empty struct, or a false that is the last, others fill their
// places: nobody reads them.
func (f *instrument) results(all []ast.Expr) {
	for i, e := range all {
		literal, isLiteral := e.(*ast.BasicLit)
		name, isName := e.(*ast.Ident)
		isFiller := isLiteral && (literal.Value == "0" || literal.Value == `""`) || isName && name.Name == "false"
		others := slices.Concat(all[:i], all[i+1:])
		if !isFiller || !slices.ContainsFunc(others, func(other ast.Expr) bool { return f.fails(other, other == all[len(all)-1]) }) {
			f.walk(e)
		}
	}
}

// fails reports whether a result says that there is no other: an error that is not nil, an empty struct, or a false that is the last.
func (f *instrument) fails(e ast.Expr, last bool) bool {
	info := f.pkg.TypesInfo.Types[e]
	if info.Value != nil {
		return last && info.Value.Kind() == constant.Bool && !constant.BoolVal(info.Value)
	}
	if composite, ok := e.(*ast.CompositeLit); ok && len(composite.Elts) == 0 {
		return true
	}
	failure, ok := types.Universe.Lookup("error").Type().Underlying().(*types.Interface)
	return ok && !info.IsNil() && types.Implements(info.Type, failure)
}

// loop goes through a loop, but for what would never end.
func (f *instrument) loop(n *ast.ForStmt) {
	if n.Init != nil {
		f.walk(n.Init)
	}
	if n.Cond != nil {
		f.condition(n.Cond, false)
		f.walk(n.Cond)
	}
	f.walk(n.Body)
}

// untagged changes the conditions of a switch that has no value.
func (f *instrument) untagged(n *ast.SwitchStmt) {
	if n.Tag != nil {
		return
	}
	for _, s := range n.Body.List {
		if c, ok := s.(*ast.CaseClause); ok {
			for _, e := range c.List {
				f.condition(e, true)
			}
		}
	}
}

// statements removes statements one by one.
func (f *instrument) statements(list []ast.Stmt) {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.ExprStmt, *ast.IncDecStmt:
			f.remove(s)
		case *ast.AssignStmt:
			if s.Tok != token.DEFINE {
				f.remove(s)
			}
			if other, ok := opposite[s.Tok]; ok && !f.isText(s.Lhs[0]) {
				if m := f.mutant(s, short(f.source(s))+": "+s.Tok.String()+" -> "+other.String(), false); m != nil {
					instead := f.source(s.Lhs[0]) + " " + other.String() + " " + f.source(s.Rhs[0])
					f.wrap(s, fmt.Sprintf("if mutateOn(%d) { %s } else { ", m.id, instead), " }")
				}
			}
		case *ast.BranchStmt:
			if s.Label == nil && (s.Tok == token.BREAK || s.Tok == token.CONTINUE) {
				f.remove(s)
			}
		}
		f.walk(s)
	}
}

// remove removes a statement.
func (f *instrument) remove(n ast.Stmt) {
	if m := f.mutant(n, short(f.source(n))+" removed", false); m != nil {
		f.wrap(n, fmt.Sprintf("if !mutateOn(%d) { ", m.id), " }")
	}
}
