package delivery

// chain is a list whose elements hold their own links, so that one can be taken out anywhere at no cost.
type chain[T any, P linked[T]] struct {
	first, last P
	count       int
}

// linked is what can be an element of one chain at a time.
type linked[T any] interface {
	*T
	links() *neighbours[T]
}

// neighbours are those of an element, which embeds them.
type neighbours[T any] struct{ before, after *T }

// links returns them.
func (n *neighbours[T]) links() *neighbours[T] { return n }

// append adds an element at the end.
func (c *chain[T, P]) append(e P) { c.insert(c.last, e) }

// insert adds an element after another; after nil, at the beginning.
func (c *chain[T, P]) insert(at, e P) {
	next := c.first
	if at != nil {
		next = at.links().after
		at.links().after = e
	} else {
		c.first = e
	}
	if next != nil {
		next.links().before = e
	} else {
		c.last = e
	}
	*e.links() = neighbours[T]{before: at, after: next}
	c.count++
}

// remove takes an element out.
func (c *chain[T, P]) remove(e P) {
	l := *e.links()
	if l.before != nil {
		P(l.before).links().after = l.after
	} else {
		c.first = l.after
	}
	if l.after != nil {
		P(l.after).links().before = l.before
	} else {
		c.last = l.before
	}
	*e.links() = neighbours[T]{}
	c.count--
}
