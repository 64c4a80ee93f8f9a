package javascript

import (
	"cmp"
	"slices"
)

// maxArrayIndex is 2³²-2, the largest array index of the language.
const maxArrayIndex = 1<<32 - 2

// ArrayIndex returns the index that key spells when it is a canonical array index: "0" to "4294967294" without sign,
// leading zeros or anything else. Such keys come first in an object, in ascending order, whenever they were added.
func ArrayIndex[T string | []byte](key T) (uint32, bool) {
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

// SortProperties puts the members of one object, given in the order in which their keys were added, into the order in
// which JavaScript lists them (OrdinaryOwnPropertyKeys): array indexes by value, before all others, which stay in their order.
// The keys differ.
func SortProperties[T any, K string | []byte](members []T, key func(T) K) {
	type indexed struct {
		index  uint32
		member T
	}
	var indexes []indexed
	others := members[:0]
	for _, m := range members {
		if index, ok := ArrayIndex(key(m)); ok {
			indexes = append(indexes, indexed{index, m})
		} else {
			others = append(others, m)
		}
	}
	copy(members[len(indexes):], others)
	slices.SortFunc(indexes, func(a, b indexed) int { return cmp.Compare(a.index, b.index) })
	for i, m := range indexes {
		members[i] = m.member
	}
}
