package mapping

import (
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
)

// Packer puts the records of many events together into payloads, within the limits of the destination's
// ruleset. Records keep their order. In GUIDE, device tokens have payloads of their own, which come last. Use
// NewPacker, or Reset.
type Packer struct {
	packing rules.Packing
	// open are the payloads that take more: of records, and of device tokens where those are apart. -1 is
	// none.
	open [2]int
	all  []payload
	// spare is the memory of payloads that are not needed any more.
	spare [][]byte
	// wire is room for the records of one event.
	wire []byte
	// made counts all payloads, those that were handed over too.
	made int
}

// payload is one payload in the making, as JSON text or in protobuf's wire form.
type payload struct {
	tokens bool
	count  int
	text   []byte
	// number tells payloads apart; follows is the one that holds the profile of the last of these device
	// tokens.
	number, follows int
}

// Place is where a record is in a Packer; Resolve tells where that is in the payloads.
type Place struct {
	payload, record int
}

// NewPacker returns a packer for records to a destination.
func NewPacker(to *Destination) *Packer {
	return &Packer{packing: to.rules.Packing, open: [2]int{-1, -1}}
}

// Reset empties the packer for records to a destination. Payloads it gave are not valid any more: their
// memory is used again, up to a limit.
func (p *Packer) Reset(to *Destination) {
	const keep = 4 << 20
	kept := cap(p.wire)
	if kept > keep {
		p.wire, kept = nil, 0
	}
	spare := p.spare[:0]
	for _, memory := range p.spare {
		if kept += cap(memory); kept <= keep {
			spare = append(spare, memory)
		}
	}
	for i := range p.all {
		if kept += cap(p.all[i].text); kept <= keep {
			spare = append(spare, p.all[i].text[:0])
		}
	}
	clear(p.spare[min(len(spare), len(p.spare)):])
	p.spare = spare
	clear(p.all)
	p.packing, p.open, p.all, p.made = to.rules.Packing, [2]int{-1, -1}, p.all[:0], 0
}

// Reserve makes room for about so many bytes in the next payload, for those who know what is to come.
func (p *Packer) Reserve(size int) {
	last := len(p.spare) - 1
	switch {
	case last < 0:
		p.spare = append(p.spare, make([]byte, 0, size))
	case cap(p.spare[last]) < size:
		p.spare[last] = make([]byte, 0, size)
	}
}

// AddJSON takes in the records of one event as JSON text and appends their places.
func (p *Packer) AddJSON(records []Record, places []Place) []Place {
	for i, r := range records {
		at := p.room(r.Token, len(records)-i)
		to := &p.all[at]
		if to.count == 0 {
			to.text = append(to.text, `{"d":[`...)
		} else {
			to.text = append(to.text, ',')
		}
		to.text = r.AppendJSON(to.text)
		places = append(places, Place{at, to.count})
		to.count++
	}
	return places
}

// AddWire takes in the records of one event in protobuf's wire form and appends their places. Nothing is
// taken in when one of them has no typed form.
func (p *Packer) AddWire(records []Record, places []Place) ([]Place, *Error) {
	var start [2]int
	p.wire = p.wire[:0]
	for i, r := range records {
		start[i] = len(p.wire)
		var err *Error
		if p.wire, err = r.AppendWire(p.wire); err != nil {
			return places, err
		}
	}
	for i, r := range records {
		at := p.room(r.Token, len(records)-i)
		to := &p.all[at]
		end := len(p.wire)
		if i+1 < len(records) {
			end = start[i+1]
		}
		to.text = protowire.AppendTag(to.text, payloadRecords, protowire.BytesType)
		to.text = protowire.AppendBytes(to.text, p.wire[start[i]:end])
		places = append(places, Place{at, to.count})
		to.count++
	}
	return places, nil
}

// payloadRecords is the field number of the records in clevertap.v1.Payload.
const payloadRecords = 1

// Wire appends the payloads in order, each in the wire form of a clevertap.v1.Payload.
func (p *Packer) Wire(bodies [][]byte) [][]byte {
	p.inOrder(func(_ int, b *payload) { bodies = append(bodies, b.text) })
	return bodies
}

// room returns the payload that takes the next record; left is how many of the event's records are to come,
// this one among them.
func (p *Packer) room(token bool, left int) int {
	kind, most := 0, p.packing.MaxRecords
	if p.packing.TokensApart {
		left = 1
		if token {
			kind, most = 1, p.packing.MaxTokens
		}
	}
	at := p.open[kind]
	if at < 0 || p.all[at].count+left > most {
		at = len(p.all)
		p.made++
		p.all = append(p.all, payload{tokens: kind == 1, text: p.memory(), number: p.made})
		p.open[kind] = at
	}
	if profiles := p.open[0]; kind == 1 && profiles >= 0 {
		p.all[at].follows = p.all[profiles].number
	}
	return at
}

// memory returns empty memory for a payload.
func (p *Packer) memory() []byte {
	last := len(p.spare) - 1
	if last < 0 {
		return nil
	}
	memory := p.spare[last]
	p.spare = p.spare[:last]
	return memory
}

// Len counts the payloads.
func (p *Packer) Len() int { return len(p.all) }

// JSON appends the payloads in order, each byte for byte a body to send, `{"d":[…]}`. No record can be added
// after it.
func (p *Packer) JSON(bodies [][]byte) [][]byte {
	p.inOrder(func(_ int, b *payload) {
		b.text = append(b.text, `]}`...)
		bodies = append(bodies, b.text)
	})
	return bodies
}

// Resolve says where a record is among the payloads: which payload, and which record of it, both from 0. It
// holds once all records are in.
func (p *Packer) Resolve(at Place) (upload, record int) {
	before := 0
	for i := range p.all {
		if p.all[i].tokens == p.all[at.payload].tokens && i < at.payload || !p.all[i].tokens && p.all[at.payload].tokens {
			before++
		}
	}
	return before, at.record
}

// TakeFull hands over the JSON payloads that take no more records, and forgets them: for long runs that keep
// only what is still open. Device tokens come after the profiles that they belong to, so theirs wait for
// those. A body is only valid until use returns. Places from before do not resolve any more.
func (p *Packer) TakeFull(use func(body []byte) error) error {
	var failed error
	p.inOrder(func(at int, full *payload) {
		if failed != nil || p.waits(at) {
			return
		}
		full.text = append(full.text, `]}`...)
		failed = use(full.text)
		p.spare = append(p.spare, full.text[:0])
		full.text = nil
	})
	kept, open := p.all[:0], [2]int{-1, -1}
	for i := range p.all {
		if p.all[i].text == nil {
			continue
		}
		if kind := p.kindOf(i); kind >= 0 {
			open[kind] = len(kept)
		}
		kept = append(kept, p.all[i])
	}
	clear(p.all[len(kept):])
	p.all, p.open = kept, open
	return failed
}

// waits reports whether a payload is not to be handed over yet: it takes more records, or the one that it
// follows does.
func (p *Packer) waits(at int) bool {
	if kind := p.kindOf(at); kind >= 0 && p.all[at].count < p.most(kind) {
		return true
	}
	profiles := p.open[0]
	return profiles >= 0 && profiles != at && p.all[at].follows == p.all[profiles].number && p.waits(profiles)
}

// kindOf says which open payload one is, or -1.
func (p *Packer) kindOf(at int) int {
	for kind, open := range p.open {
		if open == at {
			return kind
		}
	}
	return -1
}

// most is how many records a kind of payload takes.
func (p *Packer) most(kind int) int {
	if kind == 1 {
		return p.packing.MaxTokens
	}
	return p.packing.MaxRecords
}

// inOrder visits the payloads in order: those of device tokens last.
func (p *Packer) inOrder(visit func(at int, b *payload)) {
	for _, tokens := range []bool{false, true} {
		for i := range p.all {
			if p.all[i].tokens == tokens {
				visit(i, &p.all[i])
			}
		}
	}
}
