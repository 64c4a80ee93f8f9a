package mapping

// WireNames shows the names of the fields that are read from an event's wire form, and of those of its
// context, to their test.
func WireNames() (event, context map[int]string) {
	event, context = map[int]string{wireContext: "context"}, map[int]string{wireContextTraits: "traits"}
	for number := range wireFields {
		for _, name := range []string{wireTexts[number], wireStructs[number]} {
			if name != "" {
				event[number] = name
			}
		}
		if group := wireGroups[number]; group.key != "" {
			context[number] = group.key
		}
	}
	return event, context
}
