package main

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// composite removes the elements of a list, the entries of a table and the fields of a struct one by one, unless they are written
// out, which change by themselves; and swaps neighbours of a list.
func (f *instrument) composite(n *ast.CompositeLit) {
	switch t := f.pkg.TypesInfo.TypeOf(n).Underlying().(type) {
	case *types.Slice:
		f.list(n)
	case *types.Map:
		f.table(n)
	case *types.Struct:
		f.structure(n, t)
	default:
		for _, e := range n.Elts {
			if pair, ok := e.(*ast.KeyValueExpr); ok { // the index of an array must stay a constant
				e = pair.Value
			}
			f.walk(e)
		}
	}
}

// list is composite for slices.
func (f *instrument) list(n *ast.CompositeLit) {
	plain := n.Type != nil
	for _, e := range n.Elts {
		if _, keyed := e.(*ast.KeyValueExpr); keyed {
			plain = false
		}
	}
	if plain && len(n.Elts) > 0 {
		first := 0
		take := func(m *mutant) {
			if m != nil && first == 0 {
				first = m.id
			}
		}
		count := len(*f.mutants)
		for _, e := range n.Elts {
			take(f.mutant(e, short(f.source(e))+" removed", false))
		}
		for i := 1; i < len(n.Elts); i++ {
			take(f.mutant(n.Elts[i-1], short(f.source(n.Elts[i-1]))+" and "+short(f.source(n.Elts[i]))+" swapped", false))
		}
		if got := len(*f.mutants) - count; got == 2*len(n.Elts)-1 {
			f.wrap(n, fmt.Sprintf("mutateDrop(%d, ", first), ")")
		} else { // a part is not wanted
			*f.mutants = (*f.mutants)[:count]
		}
	}
	for _, e := range n.Elts {
		f.walk(e)
	}
}

// table is composite for maps.
func (f *instrument) table(n *ast.CompositeLit) {
	var keys []string
	first := 0
	if n.Type != nil {
		for _, pair := range pairs(n) {
			if _, written := pair.Key.(*ast.BasicLit); written {
				continue
			}
			if m := f.mutant(pair, short(f.source(pair))+" removed", false); m != nil {
				if first == 0 {
					first = m.id
				}
				keys = append(keys, f.source(pair.Key))
			}
		}
	}
	if len(keys) > 0 {
		f.wrap(n, fmt.Sprintf("mutateDropKeys(%d, ", first), ", "+strings.Join(keys, ", ")+")")
	}
	for _, pair := range pairs(n) {
		f.walk(pair.Key)
		f.walk(pair.Value)
	}
}

// pairs are the entries of a map.
func pairs(n *ast.CompositeLit) (all []*ast.KeyValueExpr) {
	for _, e := range n.Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok {
			all = append(all, pair)
		}
	}
	return all
}

// structure is composite for structs.
func (f *instrument) structure(n *ast.CompositeLit, t *types.Struct) {
	for _, e := range n.Elts {
		value := e
		if pair, ok := e.(*ast.KeyValueExpr); ok {
			value = pair.Value
		}
		info := f.pkg.TypesInfo.Types[value]
		composite, elided := value.(*ast.CompositeLit)
		_, isFunction := value.(*ast.FuncLit)
		if info.Value == nil && !info.IsNil() && (!elided || composite.Type != nil) && (!isFunction || t.NumFields() > 0) {
			if m := f.mutant(e, short(f.source(e))+" removed", false); m != nil {
				f.wrap(value, fmt.Sprintf("mutateZero(%d, ", m.id), ")")
			}
		}
		f.walk(value)
	}
}
