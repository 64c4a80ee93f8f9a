package document

// Held is Size with the memory that is held for more.
func (d *Document) Held() (nodes, memory int) {
	return cap(d.nodes), cap(d.text) + NodeBytes*cap(d.nodes)
}
