package mapping

import (
	"iter"
	"maps"
	"slices"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	rudderstackv1 "github.com/rudder-clevertap/rudder-clevertap/gen/rudderstack/v1"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/guide"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/lineage"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/rules"
	"github.com/rudder-clevertap/rudder-clevertap/mapping/internal/transformer"
)

// Lineage says where one value of a record comes from, or what became of one value of the event. Record is
// which record Target is in, 0 or 1; Target a JSON Pointer into it, empty for a value of the event that went
// nowhere; Source one into the event, empty for a constant; Rule the name of the rule, as Rules lists it, empty
// where none reads the value; Note what was done to the value or why it went nowhere, empty when it was sent
// as it is.
type Lineage = lineage.Entry

// Rule is a rule that writes a part of records.
type Rule struct {
	// Name is its stable name: `trait.email`.
	Name string
	// From is what it reads, as a path in the event or in words; To what it writes, as a path in the record.
	From, To string
	// Guide and Transformer tell which rulesets have it.
	Guide, Transformer bool
}

// Rules lists the rules that Lineage names.
func Rules() []Rule {
	var all []Rule
	for _, r := range lineage.Rules(guide.Rules()) {
		all = append(all, Rule{Name: r.Name, From: r.From, To: r.To, Guide: true})
	}
	for _, r := range lineage.Rules(transformer.Rules()) {
		at := slices.IndexFunc(all, func(known Rule) bool { return known.Name == r.Name })
		if at < 0 {
			at = len(all)
			all = append(all, Rule{Name: r.Name, From: r.From, To: r.To})
		}
		all[at].Transformer = true
	}
	return all
}

// explain explains the event that was transformed; typed is the message that it was made of, or nil.
func (m *Mapper) explain(typed *rudderstackv1.Event) {
	var leaves iter.Seq[string]
	if typed != nil {
		leaves = func(yield func(string) bool) { messageLeaves("", typed.ProtoReflect(), yield) }
	}
	m.result.Lineage = lineage.Explain(&m.run, leaves)
	m.result.Diagnostics = slices.DeleteFunc(m.result.Diagnostics, func(d Diagnostic) bool {
		return d.Severity < m.MinSeverity
	})
}

// messageLeaves yields the JSON Pointers of all scalars and empty containers in a message, as its JSON form has
// them. False says that no more are wanted.
func messageLeaves(at string, m protoreflect.Message, yield func(string) bool) bool {
	switch m := m.Interface().(type) {
	case *structpb.Struct:
		return objectLeaves(at, m.GetFields(), yield)
	case *structpb.ListValue:
		return listLeaves(at, m.GetValues(), yield)
	case *structpb.Value:
		return valueLeaves(at, m, yield)
	}
	fields, none := m.Descriptor().Fields(), true
	for i := range fields.Len() {
		f := fields.Get(i)
		if !m.Has(f) {
			continue
		}
		none = false
		if !fieldLeaves(at+"/"+f.JSONName(), f, m.Get(f), yield) {
			return false
		}
	}
	return !none || at == "" || yield(at)
}

// fieldLeaves yields the leaves in a field of a message.
func fieldLeaves(
	at string, f protoreflect.FieldDescriptor, v protoreflect.Value, yield func(string) bool,
) bool {
	more := true
	switch {
	case f.IsMap(): // of texts
		v.Map().Range(func(key protoreflect.MapKey, _ protoreflect.Value) bool {
			more = yield(at + "/" + rules.EscapePointer(key.String()))
			return more
		})
	case f.IsList():
		for i := 0; i < v.List().Len() && more; i++ {
			if step := at + "/" + strconv.Itoa(i); f.Message() != nil {
				more = messageLeaves(step, v.List().Get(i).Message(), yield)
			} else {
				more = yield(step)
			}
		}
	case f.Message() != nil:
		more = messageLeaves(at, v.Message(), yield)
	default:
		more = yield(at)
	}
	return more
}

// valueLeaves yields the leaves in a value.
func valueLeaves(at string, v *structpb.Value, yield func(string) bool) bool {
	switch kind := v.GetKind().(type) {
	case *structpb.Value_StructValue:
		return objectLeaves(at, kind.StructValue.GetFields(), yield)
	case *structpb.Value_ListValue:
		return listLeaves(at, kind.ListValue.GetValues(), yield)
	default:
		return yield(at)
	}
}

// objectLeaves yields the leaves in an object, whose keys have no order of their own.
func objectLeaves(at string, fields map[string]*structpb.Value, yield func(string) bool) bool {
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if !valueLeaves(at+"/"+rules.EscapePointer(key), fields[key], yield) {
			return false
		}
	}
	return len(fields) > 0 || yield(at)
}

// listLeaves yields the leaves in an array.
func listLeaves(at string, values []*structpb.Value, yield func(string) bool) bool {
	for i, v := range values {
		if !valueLeaves(at+"/"+strconv.Itoa(i), v, yield) {
			return false
		}
	}
	return len(values) > 0 || yield(at)
}
