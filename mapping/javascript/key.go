package javascript

import (
	"cmp"
	"slices"
)

// maxArrayIndex is 2³²-2, the largest array index of the language.
const maxArrayIndex = 1<<32 - 2

// ArrayIndex returns the index that key spells when it is a canonical array index: "0" to "4294967294" without sign,
// leading zeros or anything else. Such keys come first in an object, in ascending order, whenever they were added.
func ArrayIndex(key string) (uint32, bool) {
	if len(key) == 0 || len(key) > 10 || key[0] == '0' && len(key) > 1 {
		return 0, false
	}
	var n uint64
	for i := range len(key) {
		if !isDigit(key[i]) {
			return 0, false
		}
		n = n*10 + uint64(key[i]-'0')
	}
	if n > maxArrayIndex {
		return 0, false
	}
	return uint32(n), true
}

// CompareKeys orders two keys of one object by OrdinaryOwnPropertyKeys as far as their text says: array indexes by
// value, before all others. It is 0 for two keys of which neither is an array index; those keep the order in which they
// were added, so sort with a stable algorithm.
func CompareKeys(a, b string) int {
	i, isIndexA := ArrayIndex(a)
	j, isIndexB := ArrayIndex(b)
	switch {
	case isIndexA && isIndexB:
		return cmp.Compare(i, j)
	case isIndexA:
		return -1
	case isIndexB:
		return 1
	}
	return 0
}

// SortProperties puts the members of one object, given in the order in which their keys were added, into the order in
// which JavaScript lists them. Members already in order are left alone.
func SortProperties[T any](members []T, key func(T) string) {
	byKey := func(a, b T) int { return CompareKeys(key(a), key(b)) }
	if !slices.IsSortedFunc(members, byKey) {
		slices.SortStableFunc(members, byKey)
	}
}
