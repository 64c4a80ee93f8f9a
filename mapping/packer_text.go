package mapping

// RecordText is a record's JSON text. Unlike a Record, it may outlive the next call of the Mapper that it
// came from.
type RecordText struct {
	// JSON is what Record.AppendJSON gave.
	JSON []byte
	// Token tells device tokens from profiles and events.
	Token bool
}

// AddText takes in the records of one event, as AddJSON does, when the event was transformed before. Nothing
// of the records is kept but a copy.
func (p *Packer) AddText(records []RecordText) {
	for i, r := range records {
		to := &p.all[p.room(r.Token, len(records)-i)]
		if to.count == 0 {
			to.text = append(to.text, `{"d":[`...)
		} else {
			to.text = append(to.text, ',')
		}
		to.text = append(to.text, r.JSON...)
		to.count++
	}
}
